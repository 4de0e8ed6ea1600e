/** The watch area's matrix, client × profile, from a run's attempts. Pure. */
import type { AttemptLine, EvidenceRecord, Json } from '../harness/run/result-schema.ts';
import { cellVerdict } from './watch-cell-verdict.ts';

export interface WatchCell {
  readonly client: string;
  readonly profile: string;
  /** `API, public`, `TCP, public`, `API, private`. */
  readonly path: string;
  /** As in the result lines; `skip` when the client could not run. */
  readonly verdict: string;
  readonly detectionMs?: number;
  readonly text: string;
}

const marks: Readonly<Record<string, string>> = {
  pass: 'PASS',
  fail: 'FAIL',
  'expected-fail': 'known FAIL',
  'unexpected-pass': 'PASS (was known to fail)',
  inconclusive: 'inconclusive',
  skip: 'not run',
};

/** Markdown, one table a path; undefined when the attempts hold no cell. The last attempt of a spec counts. */
export function watchMatrix(attempts: readonly AttemptLine[]): string | undefined {
  const all = watchCells(attempts);
  if (all.length === 0) return undefined;
  const paths = [...new Set(all.map(({ path }) => path))];
  return paths
    .map((path) =>
      tableOf(
        path,
        all.filter((cell) => cell.path === path),
      ),
    )
    .join('\n\n');
}

/** Each cell once, as the last attempt of its spec decided it. */
export function watchCells(attempts: readonly AttemptLine[]): readonly WatchCell[] {
  const cells = new Map<string, WatchCell>();
  for (const attempt of attempts)
    for (const cell of attempt.evidence.flatMap((piece) => cellOf(piece, attempt)))
      cells.set(`${cell.path} ${cell.client} ${cell.profile}`, cell);
  return [...cells.values()];
}

function tableOf(path: string, cells: readonly WatchCell[]): string {
  const profiles = [...new Set(cells.map(({ profile }) => profile))];
  const clients = [...new Set(cells.map(({ client }) => client))];
  const text = (client: string, profile: string): string =>
    cells.find((cell) => cell.client === client && cell.profile === profile)?.text ?? '';
  const rows = [
    [path, ...profiles],
    ['---', ...profiles.map(() => '---')],
    ...clients.map((client) => [client, ...profiles.map((profile) => text(client, profile))]),
  ];
  return rows.map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n');
}

function cellOf(piece: EvidenceRecord, attempt: AttemptLine): readonly WatchCell[] {
  if (piece.kind !== 'watch-cell' || !isObject(piece.data)) return [];
  const { fate, detectionMs, undetectedForMs, recoveryMs } = piece.data;
  const [client, profile, path, told] = ['client', 'profile', 'path', 'verdict'].map((key) => textAt(piece.data, key));
  if (client === undefined || profile === undefined || path === undefined || told === undefined) return [];
  const verdict = cellVerdict(attempt, client, told);
  const kept = isObject(fate) && fate['kind'] === 'kept';
  const numbers = [
    ...(kept ? ['kept alive'] : []),
    ...(typeof detectionMs === 'number' ? [`noticed ${seconds(detectionMs)}`] : []),
    ...(typeof undetectedForMs === 'number' ? [`unnoticed > ${seconds(undetectedForMs)}`] : []),
    ...(typeof recoveryMs === 'number' ? [`next event ${seconds(recoveryMs)}`] : []),
  ];
  const mark = marks[verdict] ?? verdict;
  const what = attempt.spec.tags.includes('tcp') ? 'TCP' : 'API';
  const detection = typeof detectionMs === 'number' ? { detectionMs } : {};
  return [{ client, profile, path: `${what}, ${path}`, verdict, ...detection, text: [mark, ...numbers].join(', ') }];
}

function textAt(data: Json | undefined, key: string): string | undefined {
  const value = isObject(data) ? data[key] : undefined;
  return typeof value === 'string' ? value : undefined;
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
