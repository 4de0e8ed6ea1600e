import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { suiteCommit } from './suite-commit.ts';

describe('the commit of the suite', () => {
  let folder = '';
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'staleproof-commit-'))));
  after(() => rm(folder, { recursive: true }));

  it('is told with its changes, and is not that of a repository around it', async () => {
    const git = (...args: readonly string[]): void => {
      const author = ['-c', 'user.name=n', '-c', 'user.email=n@example.invalid', '-c', 'commit.gpgsign=false'];
      expect(spawnSync('git', [...author, ...args], { cwd: folder }).status).to.equal(0);
    };
    expect(suiteCommit(folder)).to.equal(undefined);
    git('init', '-q');
    expect(suiteCommit(folder), 'without a commit').to.equal(undefined);
    git('commit', '-q', '--allow-empty', '-m', 'first');
    expect(suiteCommit(folder)).to.match(/^[0-9a-f]{12}$/);
    await mkdir(join(folder, 'reports'));
    await writeFile(join(folder, 'reports', 'a.md'), 'a');
    expect(suiteCommit(folder), 'a report is no change').to.match(/^[0-9a-f]{12}$/);
    await writeFile(join(folder, 'a.ts'), 'a');
    expect(suiteCommit(folder)).to.match(/^[0-9a-f]{12} with changes$/);
    expect(suiteCommit(join(folder, 'reports')), 'a folder below').to.equal(undefined);
  });
});
