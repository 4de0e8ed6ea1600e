import { Readable } from 'node:stream';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { KubeApi } from '../../harness/cluster/cluster.ts';
import type { Connection } from '../../harness/cluster/kube/connection.ts';
import type { KubernetesObject } from '../../harness/cluster/kubernetes-object.ts';
import { ClusterReader } from '../cluster-reader.ts';
import { lookAtRows, readState } from './look-at-rows.ts';

const node = (name: string) => ({ metadata: { name }, spec: {}, status: {} });
const service = {
  metadata: { name: 'dns', namespace: 'shop' },
  spec: { clusterIPs: ['10.96.0.9'], ports: [{ protocol: 'UDP', port: 53 }] },
};
const slice = {
  ...{ metadata: { name: 's', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'dns' } } },
  ...{ ports: [{ protocol: 'UDP', port: 8080 }], endpoints: [{ addresses: ['10.244.1.2'] }] },
};
const stale = {
  ...{ reason: 'backend-gone', frontend: 'cluster-ip', owner: 'shop/dns', sending: true },
  row: {
    ...{ protocol: 'UDP', timeoutSeconds: 9, zone: 0, id: 1 },
    original: { src: '10.0.0.9', sport: 1, dst: '10.96.0.9', dport: 53 },
    reply: { src: '10.244.1.2', sport: 8080, dst: '10.0.0.9', dport: 1 },
  },
};
const told = { rows: 7, looks: 2, stale: [stale], untold: 0, local: { addresses: [], answered: [] } };

interface Given {
  /** EndpointSlices of each list in turn. */
  readonly slices: readonly (readonly object[])[];
  readonly exec?: (pod: string) => { readonly code: number; readonly stdout: string; readonly stderr: string };
}

async function look(
  { slices, exec = () => ({ code: 0, stdout: JSON.stringify(told), stderr: '' }) }: Given,
  more = {},
) {
  const done: string[] = [];
  let lists = 0;
  const connection = {
    stream: ({ path }: { readonly path: string }) => {
      const [resource = ''] = /\w+(?=\?)/.exec(path) ?? [];
      if (resource === 'endpointslices') lists += 1;
      const items = { nodes: [node('a'), node('b')], services: [service], endpointslices: slices[lists - 1], pods: [] }[
        resource
      ];
      return Promise.resolve(Readable.from([Buffer.from(JSON.stringify({ items }))]));
    },
  } as unknown as Connection;
  const api = {
    apply: (object: KubernetesObject) => {
      done.push(`apply ${object.kind}`);
      return Promise.resolve(object);
    },
    waitFor: () => Promise.resolve(true),
    exec: ({ name }: { readonly name: string }) => Promise.resolve({ ...exec(name), durationMs: 1 }),
    delete: ({ kind, name }: { readonly kind: string; readonly name: string }) => {
      done.push(`delete ${kind} ${name}`);
      return Promise.resolve();
    },
  } as unknown as KubeApi;
  const { signal } = new AbortController();
  const reader = new ClusterReader(connection, signal);
  const state = await readState(reader);
  const options = {
    state,
    image: 'i',
    namespace: 'mine',
    nodes: [],
    maxNodes: 9,
    wave: 1,
    betweenMs: 1,
    signal,
    ...more,
  };
  return { nodes: await lookAtRows(api, reader, options), done, lists };
}

describe('a look at rows', () => {
  it('tells what is stale by the objects of before and of afterwards, and removes its namespace', async () => {
    const { nodes, done, lists } = await look({ slices: [[], []] });
    expect(nodes.map((one) => [one.node, one.rows, one.stale.map(({ reason }) => reason)])).to.deep.equal([
      ['a', 7, ['backend-gone']],
      ['b', 7, ['backend-gone']],
    ]);
    expect(done).to.deep.equal(['apply Namespace', 'apply Pod', 'apply Pod', 'delete Namespace mine']);
    expect(lists).to.equal(2);
  });

  it('does not tell a row whose backend only came after the lists', async () => {
    const { nodes } = await look({ slices: [[], [slice]] });
    expect(nodes.map(({ stale: rows }) => rows)).to.deep.equal([[], []]);
  });

  it('lists once where nothing looked stale, and looks at chosen nodes only', async () => {
    const clean = { code: 0, stdout: JSON.stringify({ ...told, stale: [] }), stderr: '' };
    const { nodes, lists } = await look({ slices: [[]], exec: () => clean }, { nodes: ['b'] });
    expect([nodes.map((one) => one.node), lists]).to.deep.equal([['b'], 1]);
  });

  it('says which node it could not look at, and why', async () => {
    const exec = (pod: string) =>
      pod === 'rows-0'
        ? { code: 2, stdout: '', stderr: 'the kernel refused' }
        : { code: 0, stdout: JSON.stringify({ ...told, stale: [] }), stderr: '' };
    const { nodes, done } = await look({ slices: [[]], exec });
    expect(nodes.map(({ rows, error }) => [rows, error])).to.deep.equal([
      [undefined, 'the look ended with 2: the kernel refused'],
      [7, undefined],
    ]);
    expect(done.at(-1)).to.equal('delete Namespace mine');
  });
});
