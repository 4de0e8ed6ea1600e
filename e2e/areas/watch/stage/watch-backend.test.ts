import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Cluster } from '../../../harness/cluster/cluster.ts';
import { InfrastructureError } from '../../../harness/run/verdict-errors.ts';
import { apiBackend } from './watch-backend.ts';

const cluster = (api: object): Cluster =>
  ({
    name: 'c',
    primaryFamily: 'ipv4',
    nodes: () => Promise.resolve([{ name: 'control-plane', controlPlane: true }]),
    api,
  }) as unknown as Cluster;
const refuse = (): Promise<never> => Promise.reject(new Error('connect ECONNREFUSED'));
const message = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

describe('the API server behind the balancers', () => {
  it('that refuses an update is infrastructure, with object, number and time', async () => {
    const backend = await apiBackend(cluster({ patch: refuse }), 'slug', 'public');
    const error = await message(backend.update?.('idle', 7, AbortSignal.timeout(1000)) ?? Promise.resolve());
    expect(error).to.be.instanceOf(InfrastructureError);
    expect((error as Error).message).to.match(/update 7 of ConfigMap .*trigger: .*ECONNREFUSED after \d+ ms/);
  });

  it('that cannot be asked for its newest version expires nothing', async () => {
    const backend = await apiBackend(cluster({ apply: refuse }), 'slug', 'public');
    expect(await message(backend.expiry?.().hold(AbortSignal.timeout(1000)) ?? Promise.resolve())).to.match(
      /ECONNREFUSED/,
    );
  });

  it('without a control plane node has nowhere to put a balancer', async () => {
    const none = { ...cluster({}), nodes: () => Promise.resolve([]) };
    expect(await message(apiBackend(none, 'slug', 'public'))).to.match(/no control plane node/);
  });
});
