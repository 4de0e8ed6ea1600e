/** Whoever follows the documentation must not meet an option, a script or a file that is not there. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { problemWith, root, run } from './check-command.ts';
import { areas } from '../../areas/index.ts';
import { contents } from '../../report/documents/contents.ts';
import {
  type DocumentedCommand,
  documentedCommands,
  namedPaths,
  relativeLinks,
  shellWords,
} from '../../report/documents/documented-commands.ts';
import { specListPage } from '../../report/documents/spec-list.ts';

const pages = async (): Promise<readonly string[]> => [
  ...['README.md', 'CONTRIBUTING.md'].filter((name) => existsSync(join(root, name))),
  ...(await readdir(join(root, 'docs'))).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
];
const read = (file: string): Promise<string> => readFile(join(root, file), 'utf8');
describe('documentation', function () {
  this.timeout(300_000);

  it('names only commands, options, specs and subjects that exist', async () => {
    const commands: DocumentedCommand[] = [];
    for (const file of await pages()) commands.push(...documentedCommands(file, await read(file)));
    expect(commands.length).to.be.above(20);
    const problems: string[] = [];
    const seen = new Set<string>();
    for (const command of commands) {
      const text = command.words.join(' ');
      if (seen.has(text)) continue;
      seen.add(text);
      const problem = await problemWith(command.words);
      if (problem !== undefined) problems.push(`${command.file}:${command.line}: ${text}: ${problem}`);
    }
    expect(problems).to.deep.equal([]);
  });

  it('links to and names only files that exist', async () => {
    const missing: string[] = [];
    for (const file of await pages()) {
      const text = await read(file);
      for (const target of relativeLinks(text))
        if (!existsSync(join(root, dirname(file), target))) missing.push(`${file}: ${target}`);
      for (const path of namedPaths(text)) if (!existsSync(join(root, path))) missing.push(`${file}: ${path}`);
    }
    expect(missing).to.deep.equal([]);
  });

  it('has an up-to-date table of contents', async () => {
    const stale =
      (await read('docs/README.md')) !==
      (await contents(
        join(root, 'docs'),
        areas.all.map(({ page }) => page),
      ));
    expect(stale, 'docs/README.md is stale; run: npm run report -- docs').to.equal(false);
  });

  it('has an up-to-date list of specs and subjects', async () => {
    const lists = await Promise.all([
      run('e2e/cli.ts', ['--list', 'json', '--nightly']),
      run('e2e/cli.ts', ['--list-subjects', 'json']),
    ]);
    const [specs, subjects] = lists.map((result) => JSON.parse(result.stdout) as unknown);
    const stale = (await read('docs/specs.md')) !== specListPage(specs, subjects);
    expect(stale, 'docs/specs.md is stale; run: npm run report -- docs').to.equal(false);
  });
});

describe('documented-commands', () => {
  it('reads sh blocks alone, joins lines, drops prompts, assignments and comments', () => {
    const text = [
      '```',
      'output',
      '```',
      '```sh',
      '$ CI=true npm run e2e -- \\',
      "  --tags 'a && b' # why",
      '# only a remark',
      '```',
    ].join('\n');
    expect(documentedCommands('x.md', text)).to.deep.equal([
      { file: 'x.md', line: 6, words: ['npm', 'run', 'e2e', '--', '--tags', 'a && b'] },
    ]);
  });

  it('splits words as a shell does', () => {
    expect(shellWords(`a 'b c'd "e f" g`)).to.deep.equal(['a', 'b cd', 'e f', 'g']);
  });

  it('can see what is wrong', async () => {
    const problem = (line: string) => problemWith(shellWords(line));
    expect(await problem('npm run nothing-of-ours')).to.contain('no script');
    expect(await problem('npm run report -- merge reports --oot x')).to.contain('--oot');
    expect(await problem('npm run prove -- luck')).to.contain('knows no luck');
    expect(await problem('npm run prove -- policy --oot x')).to.contain('--oot');
    expect(await problem('npm run e2e --grep x')).to.contain('swallows');
    expect(await problem('make all')).to.contain('neither ours');
  }).timeout(60_000);
});
