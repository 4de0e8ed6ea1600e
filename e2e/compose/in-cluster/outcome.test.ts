import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { KubeApi } from '../../harness/cluster/cluster.ts';
import type { KubernetesObject } from '../../harness/cluster/kubernetes-object.ts';
import { chunkBytes } from './archive.ts';
import { deleteOutcomes, storedArchive, storedOutcome, storeOutcome } from './outcome.ts';

/** ConfigMaps by name, in the order in which they were made. */
function fakeApi() {
  const maps = new Map<string, KubernetesObject>();
  const api = {
    apply: (object: KubernetesObject) => {
      maps.set(object.metadata.name, object);
      return Promise.resolve(object);
    },
    get: (_version: string, _kind: string, name: string) => Promise.resolve(maps.get(name)),
    list: () => Promise.resolve([...maps.values()]),
    delete: ({ name }: { name: string }) => {
      maps.delete(name);
      return Promise.resolve();
    },
  };
  return { maps, api: api as unknown as KubeApi };
}
const place = { namespace: 'n', job: 'j' };
const outcome = { job: 'j', shard: 2, exitCode: 1, run: 'run-1' };

describe('the outcome of a shard', () => {
  it('is found again, exit code, run and archive', async () => {
    const { api, maps } = fakeApi();
    const archive = randomBytes(chunkBytes + 5);
    await storeOutcome(api, 'n', outcome, archive);
    expect([...maps.keys()]).to.deep.equal(['j-shard-2-0', 'j-shard-2-1', 'j-shard-2']);
    expect(await storedOutcome(api, place, 2)).to.deep.equal(outcome);
    expect(await storedOutcome(api, place, 1)).to.equal(undefined);
    expect((await storedArchive(api, place, 2)).equals(archive)).to.equal(true);
    expect(await deleteOutcomes(api, place)).to.equal(3);
    expect(maps.size).to.equal(0);
  });

  it('is not good when its exit code cannot be read', async () => {
    const { api, maps } = fakeApi();
    for (const data of [{}, { exitCode: '' }, { exitCode: 'none' }]) {
      maps.set('j-shard-2', { metadata: { name: 'j-shard-2' }, data } as unknown as KubernetesObject);
      expect((await storedOutcome(api, place, 2))?.exitCode, JSON.stringify(data)).to.equal(2);
    }
  });

  it('is refused when the run has the name of a way out', async () => {
    const { api } = fakeApi();
    for (const run of ['../../../victim/.ssh', '/etc', '', 'a/b']) {
      await storeOutcome(api, 'n', { ...outcome, run }, Buffer.alloc(0));
      const error = await storedOutcome(api, place, 2).catch(String);
      expect(error, run).to.match(/^ForeignNameError: ConfigMap n\/j-shard-2: .* is no name of a run/);
    }
  });

  it('fits into what a ConfigMap may hold', () => {
    expect(chunkBytes).to.be.below(1024 * 1024);
    expect((chunkBytes * 4) / 3).to.be.below(1.1 * 1024 * 1024);
  });

  it('is refused when a piece is missing or was changed', async () => {
    const { api, maps } = fakeApi();
    await storeOutcome(api, 'n', outcome, randomBytes(chunkBytes + 5));
    maps.set('j-shard-2-1', {
      ...maps.get('j-shard-2-1'),
      binaryData: { chunk: 'AAAA' },
    } as unknown as KubernetesObject);
    const wrong = await storedArchive(api, place, 2).catch(String);
    expect(wrong).to.contain('sha256');
    maps.delete('j-shard-2-1');
    expect(await storedArchive(api, place, 2).catch(String)).to.contain('j-shard-2-1 is missing');
  });
});
