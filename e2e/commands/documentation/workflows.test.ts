/** The workflows of .github/: valid for actionlint, and with options that the suite accepts. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { execa } from 'execa';
import { load } from 'js-yaml';
import { describe, it } from 'mocha';
import { nightlyCells } from '../../../hack/ci/nightly-cells.ts';
import { redCells } from '../../../hack/ci/red-cells.ts';
import { areas } from '../../areas/index.ts';
import { problemWith, problemWithRun, root } from './check-command.ts';
import { shellWords } from '../../report/documents/documented-commands.ts';

const ACTIONLINT = 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12';
const folder = join(root, '.github/workflows');

/** All values under a key, wherever it stands. */
function valuesOf(node: unknown, key: string): readonly string[] {
  if (Array.isArray(node)) return node.flatMap((item) => valuesOf(item, key));
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) =>
    name === key && typeof value === 'string' ? [value] : valuesOf(value, key),
  );
}

/** Every combination of a job's own matrix that is written down in the file. */
function combinations(job: unknown): readonly Readonly<Record<string, string>>[] {
  const matrix = (job as { strategy?: { matrix?: Record<string, unknown> } }).strategy?.matrix ?? {};
  if (Array.isArray(matrix['include'])) return matrix['include'] as Record<string, string>[];
  return Object.entries(matrix)
    .filter((entry): entry is [string, string[]] => Array.isArray(entry[1]))
    .reduce<Record<string, string>[]>(
      (all, [name, values]) => all.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
      [{}],
    );
}

describe('workflows', function () {
  this.timeout(300_000);

  it('are valid for actionlint', async function () {
    const go = await execa('go', ['version'], { reject: false });
    // Go is a prerequisite only of those who build images; CI has it always.
    if (go.failed && process.env['CI'] !== 'true') this.skip();
    const result = await execa('go', ['run', ACTIONLINT, '-no-color'], {
      cwd: root,
      reject: false,
      env: { GOFLAGS: '-mod=mod' },
    });
    // Findings are on stdout; on stderr Go says what it downloads the first time.
    expect(result.stdout).to.equal('');
    expect(result.exitCode, result.stderr).to.equal(0);
  });

  it('pass options that exist and select something', async () => {
    const problems: string[] = [];
    for (const name of (await readdir(folder)).sort()) {
      const { jobs } = load(await readFile(join(folder, name), 'utf8')) as { jobs: Record<string, unknown> };
      for (const [job, definition] of Object.entries(jobs)) {
        const [written = ''] = valuesOf((definition as { with?: unknown }).with ?? {}, 'arguments');
        if (written === '' || written.includes('toJSON(') || written.includes('inputs.')) continue;
        for (const values of combinations(definition)) {
          const text = written.replace(/\$\{\{ matrix\.([\w-]+) \}\}/g, (_, key: string) => values[key] ?? 'MISSING');
          const problem = await problemWithRun(shellWords(text));
          if (problem !== undefined) problems.push(`${name} ${job}: ${text}: ${problem}`);
        }
      }
    }
    expect(problems).to.deep.equal([]);
  });

  it('run every night what the areas name, each cell under a name of its own', async () => {
    const cells = nightlyCells(new Map([['--kpng-image', 'example.org/kpng']]));
    const problems = await Promise.all(cells.map(async ({ args }) => (await problemWithRun(args)) ?? ''));
    expect(problems.filter((problem) => problem !== '')).to.deep.equal([]);
    expect(new Set(cells.map(({ name }) => name)).size).to.equal(cells.length);
    const without = nightlyCells(new Map()).map(({ name }) => name);
    expect(cells.map(({ name }) => name).filter((name) => !without.includes(name))).to.have.length(6);
    for (const area of areas.names)
      expect(
        without.some((name) => name.startsWith(`${area}-`)),
        area,
      ).to.equal(true);
  });

  it('tell which runs are red on purpose, so that the others have to be green', async () => {
    const wrong: string[] = [];
    const named: string[] = [];
    for (const name of (await readdir(folder)).sort()) {
      const { jobs } = load(await readFile(join(folder, name), 'utf8')) as { jobs: Record<string, unknown> };
      for (const [job, definition] of Object.entries(jobs)) {
        const given = (definition as { with?: Record<string, unknown> }).with ?? {};
        for (const values of combinations(definition)) {
          const filled = (key: string): string =>
            (typeof given[key] === 'string' ? given[key] : '').replace(
              /\$\{\{ matrix\.([\w-]+) \}\}/g,
              (_, word: string) => values[word] ?? '',
            );
          const red = filled('red-on-purpose');
          const words = filled('arguments').split(' ');
          const bad = areas.subjects.filter((each) => each.caughtBy.length > 0 && words.includes(each.name));
          named.push(red);
          if ((red === '' || red.includes('inputs.')) === bad.length > 0)
            wrong.push(`${name} ${job}: red-on-purpose "${red}" for ${filled('arguments')}`);
        }
      }
    }
    for (const { name, args, red } of nightlyCells(new Map())) {
      named.push(red);
      const bad = areas.subjects.some((each) => each.caughtBy.length > 0 && args.includes(each.name));
      if (bad !== (red !== '')) wrong.push(`nightly ${name}: red-on-purpose "${red}" for ${args.join(' ')}`);
    }
    expect(wrong).to.deep.equal([]);
    for (const { name } of redCells) expect(named, name).to.include(name);
  });

  it('call scripts that exist with options that they have', async () => {
    const problems: string[] = [];
    for (const name of (await readdir(folder)).sort())
      for (const script of valuesOf(load(await readFile(join(folder, name), 'utf8')), 'run'))
        for (const match of script.matchAll(/npm (?:run [^\n|&)]*|test|ci)/g)) {
          const words = shellWords(match[0]).filter((word) => !word.includes('${'));
          const problem = await problemWith(words);
          if (problem !== undefined) problems.push(`${name}: ${words.join(' ')}: ${problem}`);
        }
    expect(problems).to.deep.equal([]);
  });

  it('give no job more than it needs', async () => {
    for (const name of await readdir(folder)) {
      const { permissions } = load(await readFile(join(folder, name), 'utf8')) as { permissions: unknown };
      expect(permissions, name).to.deep.equal({ contents: 'read' });
    }
  });
});
