import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import type { Cluster, ClusterNode, NodeChange } from './cluster.ts';
import { changeFile } from './node-file.ts';

/** A node that is this machine. */
const node = {
  run: ([program = '', ...args]: readonly string[]) =>
    Promise.resolve(execFileSync(program, args, { encoding: 'utf8' })),
  readFile: (path: string) => Promise.resolve(readFileSync(path)),
} as unknown as ClusterNode;
const run = ([program = '', ...args]: readonly string[], input?: string): void =>
  void execFileSync(program, args, { input: input ?? '' });
const told: string[] = [];
const cluster: Pick<Cluster, 'changeNode'> = {
  changeNode(_, change: NodeChange) {
    told.push(change.told);
    run(change.argv, change.stdin);
    return Promise.resolve(() => Promise.resolve(run(change.undo)));
  },
};

describe('a changed file of a node', () => {
  let folder = '';
  before(() => (folder = mkdtempSync(join(tmpdir(), 'staleproof-file-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('is its original again, with its mode', async () => {
    const path = join(folder, 'chain');
    writeFileSync(path, 'a\n"b" $c\n', { mode: 0o600 });
    const restore = await changeFile(cluster, node, path, { content: 'other', mode: 0o755 });
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).to.deep.equal(['other', 0o755]);
    await restore();
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).to.deep.equal(['a\n"b" $c\n', 0o600]);
    expect(told.at(-1)).to.equal(`file ${path} back to its original`);
  });

  it('is gone again when it was not there', async () => {
    const path = join(folder, 'new', 'file');
    const restore = await changeFile(cluster, node, path, { content: 'x' });
    expect(readFileSync(path, 'utf8')).to.equal('x');
    await restore();
    expect(existsSync(path)).to.equal(false);
    await restore();
  });
});
