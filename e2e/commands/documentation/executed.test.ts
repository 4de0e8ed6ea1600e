/** Every command of the documentation is executed: here, or by what ways.ts names. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { execa } from 'execa';
import { after, before, describe, it } from 'mocha';
import { type DocumentedCommand, documentedCommands } from '../../report/documents/documented-commands.ts';
import { attemptLine, wholeRun } from '../../report/result-fixture.ts';
import { root } from './check-command.ts';
import { wayOf } from '../../../hack/ci/ways.ts';

async function allCommands(): Promise<readonly DocumentedCommand[]> {
  const pages = (await readdir(join(root, 'docs')))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`);
  const commands = new Map<string, DocumentedCommand>();
  for (const file of ['README.md', 'CONTRIBUTING.md', ...pages])
    for (const command of documentedCommands(file, await readFile(join(root, file), 'utf8')))
      commands.set(command.words.join(' '), command);
  return [...commands.values()];
}

describe('commands of the documentation', function () {
  this.timeout(600_000);
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'staleproof-documented-'));
    const lines = wholeRun([attemptLine('pass')])
      .map((line) => `${JSON.stringify(line)}\n`)
      .join('');
    for (const run of ['reports/run-1', 'downloaded/cell/run-1']) {
      await mkdir(join(folder, run), { recursive: true });
      await writeFile(join(folder, run, 'results.jsonl'), lines);
    }
    await symlink('run-1', join(folder, 'reports/latest'));
    await writeFile(join(folder, 'test_config.yaml'), 'kernel_timeout: 30\ncleanup_period: 60\n');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Whatever cluster or daemon the developer has is none of a test's business. */
  const env = () => ({ HOME: folder, KUBECONFIG: join(folder, 'none'), DOCKER_HOST: `unix://${folder}/none`, CI: '' });
  const start = (entry: string, args: readonly string[]) =>
    execa(
      process.execPath,
      entry === '-e' ? ['-e', ...args] : ['--import', import.meta.resolve('tsx'), join(root, entry), ...args],
      {
        cwd: folder,
        env: env(),
        reject: false,
        all: true,
        timeout: 90_000,
      },
    );

  it('have a way each', async () => {
    const without = (await allCommands()).filter(({ words }) => wayOf(words) === undefined);
    expect(without.map(({ file, line, words }) => `${file}:${line}: ${words.join(' ')}`)).to.deep.equal([]);
  });

  it('end as they should when they are executed here', async () => {
    const wrong: string[] = [];
    const queue = (await allCommands()).values();
    const worker = async (): Promise<void> => {
      for (const { file, line, words } of queue) {
        const way = wayOf(words);
        if (way?.way !== 'here') continue;
        const { exitCode, all } = await start(way.entry, way.args);
        const unexplained = exitCode !== 0 && all.trim() === '';
        if (exitCode === undefined || !way.exits.includes(exitCode) || unexplained)
          wrong.push(`${file}:${line}: ${words.join(' ')}: exit ${exitCode ?? 'none'}: ${all.slice(-400)}`);
      }
    };
    await Promise.all([worker(), worker()]);
    expect(wrong.join('\n')).to.equal('');
  });

  it('are executed elsewhere only by files that exist', async () => {
    const missing = (await allCommands()).flatMap(({ words }) => {
      const way = wayOf(words);
      const named = way?.way === 'elsewhere' ? /\S+\.(?:ts|yml)/.exec(way.by)?.[0] : undefined;
      const exists =
        named === undefined ||
        existsSync(join(root, named)) ||
        existsSync(join(root, 'e2e/commands/documentation', named));
      return exists ? [] : [named];
    });
    expect([...new Set(missing)]).to.deep.equal([]);
  });
});
