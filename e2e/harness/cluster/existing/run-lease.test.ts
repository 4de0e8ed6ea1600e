import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { connect, type Connection } from '../kube/connection.ts';
import { FakeApiServer, type SeenRequest } from '../kube/fake-api-server.ts';
import { KubeClient } from '../kube/kube-client.ts';
import { holdLease, type LeaseObject } from './run-lease.ts';

const leases = '/apis/coordination.k8s.io/v1/namespaces/s/leases';

describe('the lease of a shared cluster', function () {
  this.timeout(60_000);
  let fake: FakeApiServer;
  let connection: Connection;
  let lease: LeaseObject | undefined;
  const lines: string[] = [];
  beforeEach(async () => {
    lines.length = 0;
    lease = undefined;
    fake = await FakeApiServer.start('token');
    connection = await connect({ insecureHttp: true, kubeconfig: fake.kubeconfig });
    fake.on('GET', '/apis/coordination.k8s.io/v1', () => ({
      resources: [{ name: 'leases', kind: 'Lease', namespaced: true }],
    }));
    const store = (request: SeenRequest): unknown => (lease = request.body as LeaseObject);
    fake.on('GET', `${leases}/run`, () => lease);
    fake.on('POST', leases, store);
    fake.on('PUT', `${leases}/run`, store);
    fake.on('PATCH', `${leases}/run`, (request) => (lease = { ...lease, ...(request.body as LeaseObject) }));
    fake.on('DELETE', `${leases}/run`, () => {
      lease = undefined;
      return {};
    });
  });
  afterEach(async () => {
    connection.close();
    await fake.stop();
  });
  const hold = (holder: string, waitMs?: number, durationSeconds = 30) =>
    holdLease(new KubeClient(connection, { labels: {}, pollMs: 10 }), {
      namespace: 's',
      name: 'run',
      holder,
      durationSeconds,
      ...(waitMs !== undefined && { waitMs }),
      signal: new AbortController().signal,
      log: (line) => lines.push(line),
    });
  const held = (by: string, renewedMsAgo: number, leaseDurationSeconds = 30): LeaseObject => ({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'run', namespace: 's', resourceVersion: '7' },
    spec: {
      holderIdentity: by,
      leaseDurationSeconds,
      renewTime: new Date(Date.now() - renewedMsAgo).toISOString(),
    },
  });

  it('is taken, and given back', async () => {
    const mine = await hold('a', 0);
    expect(lease?.spec?.holderIdentity).to.equal('a');
    await mine.release();
    expect(lease).to.equal(undefined);
  });

  it('keeps a second run out, and names the first', async () => {
    lease = held('a', 1_000);
    const error: unknown = await hold('b', 0).catch((reason: unknown) => reason);
    expect((error as Error).message).to.match(/^the cluster is used by run a \(lease s\/run, /);
    expect(lease.spec?.holderIdentity).to.equal('a');
  });

  it('is waited for', async () => {
    lease = held('a', 1_000);
    setTimeout(() => (lease = undefined), 300);
    const mine = await hold('b', 5_000);
    expect(lines).to.deep.equal(['waiting for run a, which uses the cluster']);
    await mine.release();
  });

  it('is taken from a run that was seen not to renew it for its whole time, by its resource version', async () => {
    lease = held('dead', 0, 1);
    const began = performance.now();
    const mine = await hold('b');
    expect(performance.now() - began).to.be.greaterThan(1_000);
    expect(lease.metadata.resourceVersion).to.equal('7');
    expect(lease.spec?.holderIdentity).to.equal('b');
    await mine.release();
  });

  it('is not taken from a living run whose clock is behind, or which nobody has watched yet', async () => {
    lease = held('a', 3_600_000);
    const error: unknown = await hold('b', 0).catch((reason: unknown) => reason);
    expect((error as Error).message).to.match(/^the cluster is used by run a /);
    expect(lease.spec?.holderIdentity).to.equal('a');
  });

  it('is not taken while it is renewed, whatever times it names', async () => {
    lease = held('a', 3_600_000, 1);
    let version = 7;
    const renewing = setInterval(() => {
      const old = lease ?? held('a', 0);
      lease = { ...old, metadata: { ...old.metadata, resourceVersion: String((version += 1)) } };
    }, 300);
    const error: unknown = await hold('b', 3_000).catch((reason: unknown) => reason);
    clearInterval(renewing);
    expect((error as Error).message).to.match(/^the cluster is used by run a /);
  });

  it('is lost as soon as somebody else has it', async () => {
    const mine = await hold('a', 0, 1);
    lease = held('b', 0);
    await new Promise((resolve) => mine.lost.addEventListener('abort', resolve));
    expect((mine.lost.reason as Error).message).to.equal('the lease s/run was lost: it is held by b');
    expect(lease.spec?.holderIdentity).to.equal('b');
  });

  it('is lost before its time is over when it cannot be renewed', async () => {
    const mine = await hold('a', 0, 3);
    const began = performance.now();
    fake.fail('GET', `${leases}/run`, 403, 'Forbidden', 'no');
    await new Promise((resolve) => mine.lost.addEventListener('abort', resolve));
    expect(performance.now() - began).to.be.lessThan(3_000);
  });

  it("leaves a successor's lease alone", async () => {
    const mine = await hold('a', 0);
    lease = held('b', 0);
    await mine.release();
    expect(lease.spec?.holderIdentity).to.equal('b');
  });
});
