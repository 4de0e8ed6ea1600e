/** The matrix of the original, client × path, with the numbers behind each verdict. Pure. */
import { EXIT } from '../../../harness/run/exit-codes.ts';
import type { SoakRow } from './watch-soak.ts';

export function soakTable(rows: readonly SoakRow[]): string {
  const header = [
    'client',
    'path',
    'verdict',
    'updates',
    'delivered',
    'missed',
    'found later',
    'failed updates',
    'watches',
    'lists',
    'p50/p99/max ms',
  ];
  const lines = rows.map(({ client, path, summary, reason }) => {
    if (summary === undefined) return [client, path, 'INCONCLUSIVE', reason ?? ''];
    const latency = summary['latencyMs'] as { readonly p50: number; readonly p99: number; readonly max: number };
    const numbers = ['updates', 'delivered', 'missed', 'foundLater', 'failedUpdates', 'watches', 'lists'].map((key) =>
      String(summary[key]),
    );
    return [
      client,
      path,
      String(summary['verdict']).toUpperCase(),
      ...numbers,
      `${latency.p50}/${latency.p99}/${latency.max}`,
    ];
  });
  return [header, header.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** A miss fails; a cell without a summary or without one update proves nothing. */
export function soakVerdict(rows: readonly SoakRow[]): number {
  const verdicts = rows.map(({ summary }) => summary?.['verdict']);
  if (verdicts.includes('fail')) return EXIT.failed;
  return verdicts.length > 0 && verdicts.every((verdict) => verdict === 'pass') ? EXIT.asExpected : EXIT.infrastructure;
}
