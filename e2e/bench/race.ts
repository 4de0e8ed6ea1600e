/**
 * `npm run bench race -- [runs]`: how much of a race one iteration shows, on the racy and on the fixed agent, in both modes, and
 * how many detections a minute chance gives on the same cluster. Each sample is one run of the suite's own spec.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { AttemptLine, ResultLine } from '../harness/run/result-schema.ts';
import { type BenchLine, lineOf } from './bench-line.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const flows = 2000;
const spec = 'race/client-owned-flows-survive-cleanup';
const periodMs = 10_000;

interface Cell {
  readonly subject: string;
  readonly mode: 'held' | 'ballast';
  /** Share of the flows: at least this on the racy agent, at most this on the fixed one. */
  readonly bar: number;
}

const cells: readonly Cell[] = [
  { subject: 'npa@1.4.1', mode: 'held', bar: 0.99 },
  { subject: 'npa@1.4.1', mode: 'ballast', bar: 0.7 },
  { subject: 'npa@1.4.3', mode: 'held', bar: 0 },
  { subject: 'npa@1.4.3', mode: 'ballast', bar: 0 },
];

export async function bench(args: readonly string[]): Promise<readonly BenchLine[]> {
  const runs = Number(args[0] ?? 3);
  const lines: BenchLine[] = [];
  for (const { subject, mode, bar } of cells) {
    const attempts = await sample([
      '--grep',
      spec,
      '--subject',
      subject,
      '--race-mode',
      mode,
      '--repeat',
      String(runs),
    ]);
    const what = `${subject} ${mode}`;
    const shares = attempts.map((attempt) => measured(attempt, 'cut by the cleanup') / flows);
    const racy = subject === 'npa@1.4.1';
    lines.push(
      lineOf(`${what}: share of ${flows} flows cut in one iteration`, shares, 'share', {
        bar,
        better: racy ? 'more' : 'less',
      }),
    );
    const verdict = attempts.filter((attempt) => attempt.verdict === (racy ? 'fail' : 'pass')).length;
    lines.push(lineOf(`${what}: right verdicts of ${runs} runs`, [verdict], 'runs', { bar: runs }));
    const times = attempts.map((attempt) => measured(attempt, 'verdict after') / periodMs);
    lines.push(lineOf(`${what}: verdict after`, times, 'cleanup periods', { bar: 3, better: 'less' }));
  }
  const natural = await sample([
    '--grep',
    'race/natural-race-cuts-nothing',
    '--subject',
    'npa@1.4.1',
    '--iterations',
    '30',
  ]);
  const rates = natural.map((attempt) => measured(attempt, 'detections a minute'));
  lines.push(lineOf('npa@1.4.1 natural, 30 iterations: detections', rates, '1/min'));
  return lines;
}

/** Attempts of one run on a cluster that stays for the next. */
async function sample(args: readonly string[]): Promise<readonly AttemptLine[]> {
  const folder = mkdtempSync(join(tmpdir(), 'staleproof-bench-race-'));
  try {
    const always = ['--keep', '--reuse', '--reports-folder', folder, '--reporter', 'none'];
    await execa(process.execPath, ['--import', 'tsx', join(root, 'e2e/cli.ts'), ...args, ...always], {
      cwd: root,
      reject: false,
      stdio: ['ignore', 2, 2],
    });
    const text = readFileSync(join(folder, 'latest', 'results.jsonl'), 'utf8');
    const lines = text.split('\n').filter((line) => line !== '');
    return lines
      .map((line) => JSON.parse(line) as ResultLine)
      .filter((line): line is AttemptLine => line.type === 'attempt');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function measured(attempt: AttemptLine, name: string): number {
  return attempt.measures.find((measure) => measure.name === name)?.value ?? NaN;
}
