import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { makeForeignCluster } from './foreign-cluster.ts';
import { readJournals } from '../../e2e/harness/run/journal-replay.ts';
import { openCluster } from '../../e2e/harness/cluster/open.ts';
import { newIdentity } from '../../e2e/harness/cluster/kind/cluster-identity.ts';
import { deleteCluster } from '../../e2e/harness/cluster/kind/delete-cluster.ts';
import { FakeDocker } from '../../e2e/harness/cluster/kind/fake-docker.ts';
import { nameOwner } from '../../e2e/harness/cluster/kind/name-lock.ts';
import { removeCluster } from '../../e2e/harness/cluster/kind/remove-cluster.ts';

describe('kind clusters that others made', function () {
  this.timeout(60_000);
  let fake: FakeDocker;
  beforeEach(() => {
    fake = new FakeDocker();
    process.env.FAKE_KIND_FAILS = 'yes';
  });
  afterEach(() => {
    delete process.env.FAKE_KIND_FAILS;
    fake.close();
  });

  const open = (clusterName?: string): Promise<string> =>
    openCluster({
      provider: 'kind',
      familyMode: 'ipv4',
      kubeProxyMode: 'iptables',
      purpose: 'x',
      workers: 1,
      nodeImage: 'image',
      podNetwork: 'own',
      runId: 'r',
      keep: false,
      reuse: true,
      folder: mkdtempSync(join(fake.folder, 'run-')),
      ...(clusterName !== undefined && { clusterName }),
      signal: new AbortController().signal,
      log: () => undefined,
    }).then(
      () => 'opened',
      (error: unknown) => (error as Error).message,
    );

  it('keep their name; a creation that fails takes back its own nodes and network alone', async () => {
    fake.cluster('staleproof-x-ipv4');
    const before = fake.state();
    expect(await open()).to.match(/^cluster staleproof-x-ipv4-2: creation failed/);
    expect(fake.state()).to.deep.equal(before);
    expect([readJournals(), nameOwner('staleproof-x-ipv4-2')]).to.deep.equal([[], undefined]);
  });

  it('are neither taken nor removed when asked for by name', async () => {
    fake.cluster('staleproof-x-ipv4');
    const before = fake.state();
    expect(await open('staleproof-x-ipv4')).to.match(/cluster staleproof-x-ipv4 was not made by staleproof/);
    const error: unknown = await removeCluster('staleproof-x-ipv4').catch((reason: unknown) => reason);
    expect(String(error)).to.match(/was not made by staleproof; `kind delete cluster --name staleproof-x-ipv4`/);
    expect(fake.state()).to.deep.equal(before);
  });

  it('survive whoever could not make one of the same name', async () => {
    fake.cluster('elsewhere');
    const before = fake.state();
    const error: unknown = await makeForeignCluster(join(fake.folder, 'x'), undefined, () => undefined).catch(
      (reason: unknown) => reason,
    );
    expect(String(error)).to.match(/a kind cluster "elsewhere" is there already/);
    expect(await deleteCluster(newIdentity('elsewhere'))).to.equal(false);
    expect(fake.state()).to.deep.equal(before);
  });

  it('are told from ours of the same name, one in the making from one that was left', async () => {
    const [young, old] = [newIdentity('staleproof-x-ipv4'), newIdentity('staleproof-x-ipv4-2')];
    fake.cluster(young, { unmarked: true, minutesOld: 1 });
    fake.cluster(old, { unmarked: true, minutesOld: 30 });
    expect(await open()).to.match(/^cluster staleproof-x-ipv4-2: creation failed/);
    expect(Object.keys(fake.state()).join(' ')).to.contain(young.network).and.not.contain(old.network);
  });

  it('stay when behind its own runs somebody removes another cluster of that name', async () => {
    fake.cluster(newIdentity('staleproof-x-ipv4'), { mark: { run: 'theirs' } });
    const before = fake.state();
    const error: unknown = await removeCluster('staleproof-x-ipv4', ({ mark }) => mark?.run === 'ours').catch(
      (reason: unknown) => reason,
    );
    expect([String(error), fake.state()]).to.deep.equal(['Error: staleproof-x-ipv4 is another cluster now', before]);
    expect(await removeCluster('staleproof-x-ipv4', ({ mark }) => mark?.run === 'theirs')).to.equal('removed');
    expect(fake.state()).to.deep.equal({});
  });
});
