import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Journal } from '../run/journal.ts';
import { readJournal } from '../run/journal-replay.ts';
import type { ClusterNode, KubeApi } from './cluster.ts';
import { JournalledChanges } from './journalled-changes.ts';

describe('changes of a node', () => {
  let folder: string;
  let journal: Journal;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'staleproof-changes-'));
    journal = new Journal('r1', folder);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const open = (): readonly unknown[] => readJournal(journal.path).open.map(({ entry }) => entry);
  const place = { at: 'container', name: 'worker', id: 'c1', cluster: { name: 'k', network: 'n1' } } as const;
  const noted = { kind: 'node-change', place, told: 'the table gone', argv: ['nft', 'delete', 'table', 'ip', 'x'] };
  const change = {
    told: 'the table gone',
    argv: ['nft', 'add', 'table', 'ip', 'x'],
    undo: ['nft', 'delete', 'table', 'ip', 'x'],
  };
  function node(run: (argv: readonly string[]) => void): ClusterNode {
    return { name: 'worker', run: (argv: readonly string[]) => Promise.resolve(run(argv)) } as unknown as ClusterNode;
  }
  const changes = () => new JournalledChanges(journal, {} as KubeApi, { kubeconfig: '/k' }, () => place);

  it('are in the journal with what takes them back before they are made, and not after that has run', async () => {
    const seen: (readonly [string, readonly unknown[]])[] = [];
    const worker = node((argv) => seen.push([argv[1] ?? '', open()]));
    const undo = await changes().changeNode(worker, change);
    await undo();
    expect(seen).to.deep.equal([
      ['add', [noted]],
      ['delete', [noted]],
    ]);
    expect(open()).to.deep.equal([]);
  });

  it('stay in the journal when they failed half-way', async () => {
    const worker = node(() => {
      throw new Error('ended with 1');
    });
    const failed = await changes()
      .changeNode(worker, change)
      .then(
        () => 'made',
        (error: unknown) => (error as Error).message,
      );
    expect([failed, open()]).to.deep.equal(['ended with 1', [noted]]);
  });
});
