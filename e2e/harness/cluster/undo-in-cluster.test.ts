import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { ApiTransportError } from './kube/api-error.ts';
import { FakeApiServer } from './kube/fake-api-server.ts';
import { runLabelKey } from './run-label.ts';
import { undoInCluster } from './undo-in-cluster.ts';
import { whyNotAnswered } from './why-not-answered.ts';

describe('taking back what a dead run left in a cluster', function () {
  this.timeout(30_000);
  let fake: FakeApiServer;
  const path = '/api/v1/namespaces/n';
  beforeEach(async () => {
    fake = await FakeApiServer.start('token');
    fake.serveCore();
  });
  afterEach(() => fake.stop());
  const undo = (): Promise<string> =>
    undoInCluster({ kind: 'namespace', name: 'n', kubeconfig: fake.kubeconfig }, 'dead').then(
      (why) => why ?? 'taken back',
      (error: unknown) => `NOT: ${(error as Error).message}`,
    );
  const serve = (owner: string): void => {
    let there = true;
    const metadata = { name: 'n', uid: 'u1', labels: { [runLabelKey]: owner } };
    fake.on('GET', path, () => (there ? { apiVersion: 'v1', kind: 'Namespace', metadata } : undefined));
    fake.on('DELETE', path, () => {
      there = false;
      return {};
    });
  };
  const deletions = (): readonly unknown[] =>
    fake.seen
      .filter(({ method }) => method === 'DELETE')
      .map(({ body }) => (body as { preconditions?: unknown }).preconditions);

  it('deletes what bears the run’s label, and only the object that bore it', async () => {
    serve('dead');
    expect([await undo(), deletions()]).to.deep.equal(['taken back', [{ uid: 'u1' }]]);
  });

  it('leaves what another run has made its own since', async () => {
    serve('living');
    expect([await undo(), deletions()]).to.deep.equal(["it is run living's now", []]);
  });

  it('calls gone only what the API server did not find', async () => {
    expect(await undo()).to.equal('it is gone already');
  });

  it('does not call gone what the API server of this machine refuses to show', async () => {
    fake.fail('GET', /.*/, 401, 'Unauthorized', 'Unauthorized');
    expect(await undo()).to.match(/^NOT: refused: the API server does not know these credentials/);
    fake.fail('GET', /.*/, 403, 'Forbidden', 'no');
    expect(await undo()).to.match(/^NOT: refused: the account may not/);
  });

  it('does not call gone what cannot be reached', async () => {
    await fake.refuse();
    expect(await undo()).to.match(/^NOT: unreachable: what is there is unknown: .*ECONNREFUSED/);
  });

  it('does not call gone what a server says that is not trusted', () => {
    const cause = Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    const error = new ApiTransportError('GET /api/v1 at 127.0.0.1:1: self-signed certificate (4 tries)', { cause });
    expect(whyNotAnswered(error)).to.equal('not trusted: another server may answer there now');
    const plain = new ApiTransportError('GET /api/v1 at 127.0.0.1:1: no answer', {
      cause: Object.assign(new Error('x'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }),
    });
    expect(whyNotAnswered(plain)).to.match(/^not trusted/);
  });
});
