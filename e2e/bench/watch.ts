/** The TCP matrix of the watch area: all clients through all balancers, held to T + 60 s whatever the number of cells. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { defaultIdleSeconds } from '../harness/fault/profile.ts';
import type { ResultLine } from '../harness/run/result-schema.ts';
import { lineOf, type BenchLine } from './bench-line.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export async function bench(args: readonly string[]): Promise<readonly BenchLine[]> {
  const folder = await mkdtemp(join(tmpdir(), 'staleproof-bench-watch-'));
  try {
    const command = [
      '--import',
      'tsx',
      join(root, 'e2e/cli.ts'),
      '--tags',
      'watch && tcp',
      '--reports-folder',
      folder,
      ...args,
    ];
    await execa(process.execPath, command, { cwd: root, reject: false, stdout: 2, stderr: 2 });
    const text = await readFile(join(folder, 'latest', 'results.jsonl'), 'utf8');
    const lines = text.split('\n').filter((line) => line !== '');
    const attempts = lines.map((line) => JSON.parse(line) as ResultLine).filter((line) => line.type === 'attempt');
    const cells = attempts.flatMap(({ evidence }) => evidence.filter(({ kind }) => kind === 'watch-cell'));
    const wall =
      Math.max(...attempts.map(({ endedAt }) => endedAt)) - Math.min(...attempts.map(({ startedAt }) => startedAt));
    return [
      lineOf('watch matrix over TCP, all cells', [wall / 1000], 's', { bar: defaultIdleSeconds + 60 }),
      lineOf('cells decided', [cells.length], 'cells'),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
