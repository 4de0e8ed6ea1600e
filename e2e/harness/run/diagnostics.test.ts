import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Cluster, ClusterNode } from '../cluster/cluster.ts';
import type { KubernetesObject } from '../cluster/kubernetes-object.ts';
import type { Subject } from '../subject/subject.ts';
import { clusterCollectors } from './diagnostics.ts';

const node = (name: string, code: number): ClusterNode =>
  ({
    name,
    exec: (argv: readonly string[]) =>
      Promise.resolve({ code, stdout: `${argv[0] ?? ''} on ${name}`, stderr: 'no such command', durationMs: 1 }),
  }) as unknown as ClusterNode;

const objects: Record<string, readonly unknown[]> = {
  Event: [
    {
      metadata: { name: 'e2' },
      lastTimestamp: '2026-01-01T00:00:02Z',
      reason: 'Killing',
      message: 'stopping',
      count: 3,
      involvedObject: { kind: 'Pod', namespace: 'n', name: 'p' },
    },
    { metadata: { name: 'e1' }, eventTime: '2026-01-01T00:00:01Z', reason: 'Scheduled' },
  ],
  Namespace: [{ metadata: { name: 'x-udp-1234' } }, { metadata: { name: 'x-udp-9999' } }],
  Pod: [
    {
      metadata: { name: 'client' },
      spec: { nodeName: 'worker', containers: [{ name: 'main' }, { name: 'side' }] },
      status: { phase: 'Running' },
    },
  ],
};

const cluster = {
  runLabel: { key: 'staleproof.dev/run', value: 'r' },
  nodes: () => Promise.resolve([node('worker', 0), node('worker2', 127)]),
  api: {
    list: (_version: string, kind: string) => Promise.resolve(objects[kind] as readonly KubernetesObject[]),
    logs: (ref: { container: string }) =>
      ref.container === 'main' ? Promise.resolve('line 1') : Promise.reject(new Error('container not found')),
  },
} as unknown as Cluster;

describe('diagnostics', () => {
  it('gather events by time, logs of this spec only, tables and journals of every node, and the logs of subjects', async () => {
    const files: Record<string, string> = {};
    const subject = { name: 'npa@1.4.3', kind: 'policy-agent' } as Subject;
    const collectors = clusterCollectors(
      { cluster, subjects: [subject], logsOf: () => Promise.resolve({ 'kube-system/agent': 'agent line' }) },
      async (name, text) => void (files[name] = text),
      'udp-1234',
    );
    for (const { run } of collectors) await run(new AbortController().signal);
    expect(files['events.txt']).to.match(
      /00:00:01Z .*Scheduled.*\n.*00:00:02Z .*Pod n\/p Killing: stopping \(3 times\)/,
    );
    expect(files['pods.txt']).to.equal('x-udp-1234/client Running on worker');
    expect(files['pods/client-main.log']).to.equal('line 1');
    expect(files['pods/client-side.log']).to.equal('no log: container not found');
    expect(files['conntrack/worker.txt']).to.equal('conntrack on worker');
    expect(files['conntrack/worker2.txt']).to.match(/ended with 127\nno such command/);
    expect(files['journal/worker.txt']).to.equal('journalctl on worker');
    expect(files['subject/npa@1.4.3/kube-system-agent.log']).to.equal('agent line');
  });
});
