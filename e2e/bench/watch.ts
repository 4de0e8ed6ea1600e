/**
 * `npm run bench watch -- [tcp|api] [--option…]`: all clients through all balancers, held to T + 60 s whatever the number of
 * cells. The wall is that of the specs: clusters and builds come before. With `--into FOLDER` the results stay, in FOLDER/tcp and
 * FOLDER/api: `npm run watch -- matrix FOLDER/api/latest`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultIdleSeconds } from '../areas/watch/profiles/profile.ts';
import type { AttemptLine } from '../harness/run/result-schema.ts';
import { lineOf, type BenchLine } from './bench-line.ts';
import { runSuite, spanSeconds } from './run-suite.ts';

const matrices = {
  tcp: { what: 'TCP', tags: 'watch && tcp' },
  api: { what: 'API, public path', tags: 'watch && informer && !clusterip && !slow && !disruptive' },
} as const;

export async function bench(args: readonly string[]): Promise<readonly BenchLine[]> {
  const named = Object.keys(matrices).filter((name): name is keyof typeof matrices => args.includes(name));
  const into = args.includes('--into') ? (args[args.indexOf('--into') + 1] ?? '') : undefined;
  const options = args.filter((arg) => !(arg in matrices) && arg !== '--into' && arg !== into);
  const lines: BenchLine[] = [];
  for (const name of named.length === 0 ? (['tcp', 'api'] as const) : named) {
    const { what, tags } = matrices[name];
    const folder = into === undefined ? undefined : join(into, name);
    const attempts = (await run(tags, options, folder)).filter(({ verdict }) => verdict !== 'skip');
    const cells = attempts.flatMap(({ evidence }) => evidence.filter(({ kind }) => kind === 'watch-cell'));
    const open = cells.filter(({ summary }) => /^(inconclusive|not run)/.test(summary));
    lines.push(
      lineOf(`${what}: wall of the matrix`, [spanSeconds(attempts)], 's', { bar: defaultIdleSeconds + 60 }),
      lineOf(`${what}: cells`, [cells.length], 'cells'),
      lineOf(`${what}: cells without a verdict`, [open.length], 'cells', { bar: 0 }),
    );
  }
  return lines;
}

async function run(
  tags: string,
  options: readonly string[],
  kept: string | undefined,
): Promise<readonly AttemptLine[]> {
  const folder = kept ?? (await mkdtemp(join(tmpdir(), 'staleproof-bench-watch-')));
  try {
    return (await runSuite(['--tags', tags, ...options], folder)).attempts;
  } finally {
    if (kept === undefined) await rm(folder, { recursive: true, force: true });
  }
}
