/** The score by file, and what survived, as JSON and Markdown. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MutantResult } from './run-mutants.ts';
import { ELSEWHERE, LEFT_OUT } from './scope.ts';

/** Percent, over all files. */
export const BAR = 90;
/** Percent, of each file. */
export const FILE_BAR = 80;

export interface Score {
  readonly mutants: number;
  readonly killed: number;
  readonly survived: number;
  readonly notCovered: number;
  readonly percent: number;
}

export function scoreOf(results: readonly MutantResult[]): Score {
  const count = (outcome: MutantResult['outcome']): number => results.filter((each) => each.outcome === outcome).length;
  const killed = count('killed');
  return {
    mutants: results.length,
    killed,
    survived: count('survived'),
    notCovered: count('not covered'),
    percent: results.length === 0 ? 100 : (killed / results.length) * 100,
  };
}

export function holdsBar(results: readonly MutantResult[]): boolean {
  const files = new Set(results.map(({ file }) => file));
  const scores = [...files].map((file) => scoreOf(results.filter((each) => each.file === file)));
  return scoreOf(results).percent >= BAR && scores.every(({ percent }) => percent >= FILE_BAR);
}

export function survivorsText(results: readonly MutantResult[]): string {
  return results
    .filter(({ outcome }) => outcome !== 'killed')
    .map(
      (each) => `${each.file}:${each.line} ${each.outcome} ${each.mutator}: ${each.original} → ${each.replacement}\n`,
    )
    .join('');
}

export function markdownOf(results: readonly MutantResult[]): string {
  const files = [...new Set(results.map(({ file }) => file))].sort();
  const row = (name: string, score: Score): string =>
    `| ${name} | ${score.mutants} | ${score.killed} | ${score.survived} | ${score.notCovered} | ${score.percent.toFixed(1)} % |`;
  return [
    '# Mutation score of the code that judges',
    '',
    `\`npm run prove -- mutation\` changes one place at a time and looks whether a test notices. The bar is ${BAR} % over all files,`,
    `and ${FILE_BAR} % in each,`,
    'that turn what was seen into a verdict. The mutants are those of Stryker’s instrumenter; its runner for mocha cannot load',
    'mocha 12, so a runner of our own starts only the tests that pass a mutant’s place.',
    '',
    '| file | mutants | killed | survived | not covered | score |',
    '|---|---:|---:|---:|---:|---:|',
    row('**all**', scoreOf(results)),
    ...files.map((file) =>
      row(`\`${file.replace('e2e/harness/', '')}\``, scoreOf(results.filter((each) => each.file === file))),
    ),
    '',
    '## Mutators left out',
    '',
    ...list(LEFT_OUT),
    '',
    '## Files of both rooms that are not held to the bar',
    '',
    ...list(ELSEWHERE),
    '',
    '## Survivors',
    '',
    ...survivorsText(results)
      .trim()
      .split('\n')
      .map((line) => `- \`${line.replaceAll('`', "'").replace('e2e/harness/', '')}\``),
    '',
  ].join('\n');
}

function list(reasons: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(reasons).map(([name, reason]) => `- \`${name}\`: ${reason}`);
}

export async function writeTable(folder: string, results: readonly MutantResult[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const left = results
    .filter(({ outcome }) => outcome !== 'killed')
    .map(({ file, line, mutator, original, replacement, outcome }) => ({
      file,
      line,
      mutator,
      original,
      replacement,
      outcome,
    }));
  const report = { score: scoreOf(results), left };
  await writeFile(join(folder, 'mutation.json'), `${JSON.stringify(report, undefined, 2)}\n`);
  await writeFile(join(folder, 'mutation.md'), markdownOf(results));
}
