import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { KubernetesObject } from '../kubernetes-object.ts';
import { ApiError, WaitTimeoutError } from './api-error.ts';
import { connect, type Connection } from './connection.ts';
import { FakeApiServer } from './fake-api-server.ts';
import { KubeClient } from './kube-client.ts';

const pods = '/api/v1/namespaces/ns/pods';
const pod = (phase: string, extra: object = {}): unknown => ({
  metadata: { name: 'a', namespace: 'ns', uid: 'u1', ...extra },
  status: { phase },
});
const target = { apiVersion: 'v1', kind: 'Pod', namespace: 'ns', name: 'a' };

async function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => new Error('did not fail'),
    (error: unknown) => error as Error,
  );
}

describe('the Kubernetes client', function () {
  this.timeout(60_000);
  let fake: FakeApiServer;
  let connection: Connection;
  let client: KubeClient;
  beforeEach(async () => {
    fake = await FakeApiServer.start('planted-secret-token');
    fake.serveCore();
    connection = await connect({ insecureHttp: true, kubeconfig: fake.kubeconfig });
    client = new KubeClient(connection, { labels: { 'staleproof.dev/run': 'r1' }, pollMs: 10 });
  });
  afterEach(async () => {
    connection.close();
    await fake.stop();
  });

  it('applies on the server, by one field manager, with the label of the run', async () => {
    fake.on('PATCH', `${pods}/a`, (request) => request.body);
    await client.applyYaml(
      'apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: ns, annotations: {date: 2024-01-02}}\nspec: {image: "${IMAGE}"}\n---\n',
      {
        IMAGE: 'x:1',
      },
    );
    const request = fake.seen.find((one) => one.method === 'PATCH');
    expect(request?.path).to.equal(`${pods}/a?fieldManager=staleproof&force=true`);
    expect(request?.contentType).to.equal('application/apply-patch+yaml');
    expect(request?.body).to.deep.equal({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'a',
        namespace: 'ns',
        annotations: { date: '2024-01-02' },
        labels: { 'staleproof.dev/run': 'r1' },
      },
      spec: { image: 'x:1' },
    });
  });

  it('refuses a manifest with placeholders that have no value, before it sends anything', async () => {
    const error = await failure(client.applyYaml('kind: ${KIND}\nname: ${NAME} $${KEPT} ${lower}', { KIND: 'Pod' }));
    expect(error.message).to.equal('manifest: no value for ${NAME} (given: KIND)');
    expect(fake.seen).to.deep.equal([]);
  });

  it("tells the server's words, and no credential even when the server echoes one", async () => {
    fake.fail('GET', `${pods}/a`, 403, 'Forbidden', 'user cannot get pods; Authorization: Bearer planted-secret-token');
    const error = await failure(client.get('v1', 'Pod', 'a', 'ns'));
    expect(error).to.be.instanceOf(ApiError).and.include({ status: 403, reason: 'Forbidden' });
    expect(error.message).to.contain('user cannot get pods').and.not.contain('planted-secret-token');
  });

  it('takes an absent object as undefined, and an unknown kind as an error', async () => {
    expect(await client.get('v1', 'Pod', 'a', 'ns')).to.equal(undefined);
    expect((await failure(client.get('v1', 'Gateway', 'a'))).message).to.contain('discovery of v1 Gateway: 404');
  });

  it('finds a kind that the server learnt after the first look', async () => {
    await failure(client.get('v1', 'Gateway', 'a'));
    fake.on('GET', '/api/v1', () => ({ resources: [{ name: 'gateways', kind: 'Gateway', namespaced: false }] }));
    fake.on('GET', '/api/v1/gateways/a', () => ({ metadata: { name: 'a' } }));
    expect(await client.get('v1', 'Gateway', 'a')).to.deep.equal({ metadata: { name: 'a' } });
  });

  it('tries a read again when the server is overloaded, not a creation', async () => {
    let busy = 2;
    fake.on('GET', pods, () => ({ items: [] }));
    fake.on('GET', pods, () => (busy-- > 0 ? 'slow down' : undefined), 503);
    expect(await client.list('v1', 'Pod', { namespace: 'ns' })).to.deep.equal([]);
    fake.fail('POST', pods, 503, 'ServiceUnavailable', 'slow down');
    await failure(client.raw('POST', pods, {}));
    expect(fake.seen.filter((one) => one.method === 'POST')).to.have.length(1);
  });

  it('waits for a deletion by uid', async () => {
    let looks = 0;
    fake.on('DELETE', `${pods}/a`, () => ({}));
    fake.on('GET', `${pods}/a`, () => pod('Running', looks++ < 3 ? {} : { uid: 'u2' }));
    await client.delete(target, { graceSeconds: 0 });
    expect(fake.seen.find((one) => one.method === 'DELETE')?.body).to.include({ gracePeriodSeconds: 0 });
    expect(looks).to.equal(4);
  });

  it('says what holds a deletion up', async () => {
    fake.on('DELETE', `${pods}/a`, () => ({}));
    fake.on('GET', `${pods}/a`, () => ({
      kind: 'Pod',
      ...(pod('Running', { deletionTimestamp: 'x', finalizers: ['f/hold'] }) as object),
    }));
    const error = await failure(client.delete(target, { timeoutMs: 100 }));
    expect(error).to.be.instanceOf(WaitTimeoutError);
    expect(error.message).to.match(
      /^Pod ns\/a is deleted: not so after 0\.\d s \(\d+ tries\); last seen: Pod ns\/a being deleted finalizers f\/hold Running$/,
    );
  });

  it('describes the last state when a wait runs out', async () => {
    const waiting = {
      containerStatuses: [
        { name: 'main', state: { waiting: { reason: 'ErrImageNeverPull', message: 'not present' } } },
      ],
    };
    fake.on('GET', pods, () => ({
      items: [{ metadata: { name: 'a', namespace: 'ns' }, status: { phase: 'Pending', ...waiting } }],
    }));
    const error = await failure(
      client.waitFor<KubernetesObject, true>({ apiVersion: 'v1', kind: 'Pod', namespace: 'ns' }, () => undefined, {
        what: 'pod a is Ready',
        timeoutMs: 60,
      }),
    );
    expect(error.message).to.contain('last seen: Pod ns/a Pending container main ErrImageNeverPull (not present)');
  });

  it('ends a wait with the reason of its signal', async () => {
    fake.on('GET', pods, () => ({ items: [] }));
    const signal = AbortSignal.abort(new Error('interrupted'));
    const error = await failure(
      client.waitFor({ apiVersion: 'v1', kind: 'Pod' }, () => undefined, { what: 'x', timeoutMs: 1000, signal }),
    );
    expect(error.message).to.equal('interrupted');
  });

  it('names the contexts when the one asked for does not exist', async () => {
    const error = await failure(connect({ insecureHttp: true, kubeconfig: fake.kubeconfig, context: 'prod' }));
    expect(error.message).to.equal('kubeconfig has no context "prod"; it has: fake');
  });

  it('says who did not answer', async () => {
    await fake.stop();
    const error = await failure(client.raw('POST', '/api/v1/namespaces', {}));
    expect(error.message).to.match(
      /^POST \/api\/v1\/namespaces at 127\.0\.0\.1:\d+: connect ECONNREFUSED .* \(1 tries\)$/,
    );
  });
});
