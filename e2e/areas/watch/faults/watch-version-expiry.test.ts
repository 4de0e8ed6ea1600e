import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Cluster } from '../../../harness/cluster/cluster.ts';
import { versionExpiry } from './watch-version-expiry.ts';

const expired = { type: 'ERROR', object: { code: 410 } };

function fake(answers: readonly unknown[]): { readonly cluster: Cluster; readonly asked: string[] } {
  const asked: string[] = [];
  const rest = [...answers];
  const api = {
    apply: () => Promise.resolve({}),
    patch: () => Promise.resolve({}),
    raw: (_method: string, path: string) => {
      asked.push(path);
      if (path.endsWith('limit=1')) return Promise.resolve({ metadata: { resourceVersion: '100' } });
      const answer = rest.shift();
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  };
  return { cluster: { api } as unknown as Cluster, asked };
}

describe('the expiry of a resourceVersion', () => {
  // Not a timeout: it would begin when the file is loaded, minutes before the tests run.
  const { signal } = new AbortController();

  it('is believed when a watch of our own from that version is answered 410', async () => {
    const { cluster, asked } = fake([expired]);
    const expiry = versionExpiry(cluster, 'ns');
    expect(await expiry.hold(signal)).to.equal('100');
    expect(await expiry.untilExpired('100', signal)).to.match(/^a watch from version 100 was answered 410 after \d+ s/);
    expect(asked.at(-1)).to.contain('watch=true&resourceVersion=100');
  });

  it('is also believed as a status of the answer itself', async () => {
    const gone = Object.assign(new Error('Gone'), { status: 410 });
    expect(await versionExpiry(fake([gone]).cluster, 'ns').untilExpired('100', signal)).to.contain('410');
  });

  it('is not what another error means', async () => {
    const { cluster } = fake([Object.assign(new Error('forbidden'), { status: 403 })]);
    const error = await versionExpiry(cluster, 'ns')
      .untilExpired('100', signal)
      .catch((reason: unknown) => reason);
    expect(String(error)).to.contain('forbidden');
  });

  it('is waited for while events still come', async () => {
    const many = new SyntaxError('Unexpected non-whitespace character after JSON');
    const ended = new AbortController();
    const waiting = versionExpiry(fake([many]).cluster, 'ns').untilExpired('100', ended.signal);
    setTimeout(() => ended.abort(), 100);
    expect(await waiting.catch(() => 'still waiting')).to.equal('still waiting');
  });
});
