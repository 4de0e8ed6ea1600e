import { expect } from 'chai';
import { describe, it } from 'mocha';
import { nodeFacts, type NodeObject } from '../node-facts.ts';
import { usableNodes } from './usable-nodes.ts';

interface Parts {
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec?: NodeObject['spec'];
  readonly ready?: 'True' | 'False' | 'Unknown';
  readonly os?: string;
  readonly arch?: string;
}

function node(name: string, { labels = {}, spec = {}, ready = 'True', os = 'linux', arch = 'amd64' }: Parts = {}) {
  const reason = { True: 'KubeletReady', False: 'KubeletNotReady', Unknown: 'NodeStatusUnknown' }[ready];
  return nodeFacts({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    spec,
    status: {
      conditions: [{ type: 'Ready', status: ready, reason }],
      nodeInfo: { operatingSystem: os, architecture: arch },
    },
  });
}
const taint = (key: string) => ({ spec: { taints: [{ key, effect: 'NoSchedule' }] } });

describe('the nodes of a cluster that is not ours', () => {
  it('are left out with their reason where nothing of ours can run or be placed', () => {
    const { nodes, left, architectures } = usableNodes([
      node('a'),
      node('arm', { arch: 'arm64' }),
      node('cordoned', { spec: { unschedulable: true } }),
      node('dedicated', taint('dedicated')),
      node('full', taint('node.kubernetes.io/disk-pressure')),
      node('fargate', { labels: { 'eks.amazonaws.com/compute-type': 'fargate' } }),
      node('virtual', { labels: { type: 'virtual-kubelet' } }),
      node('down', { ready: 'False' }),
      node('lost', { ready: 'Unknown' }),
      node('win', { os: 'windows' }),
    ]);
    expect(left).to.deep.equal([
      'cordoned: cordoned',
      'dedicated: taint dedicated:NoSchedule',
      'full: taint node.kubernetes.io/disk-pressure:NoSchedule',
      'fargate: Fargate',
      'virtual: virtual node',
      'down: NotReady (KubeletNotReady)',
      'lost: unreachable (NodeStatusUnknown)',
      'win: windows',
    ]);
    expect(nodes.map(({ name }) => name)).to.deep.equal(['a', 'arm', 'cordoned', 'dedicated', 'full']);
    expect(nodes.filter(({ schedulable }) => schedulable).map(({ name }) => name)).to.deep.equal(['a', 'arm']);
    expect(architectures).to.deep.equal(['amd64', 'arm64']);
  });

  it('hold a helper on a control plane, which is not named for its own taint', () => {
    const labels = { 'node-role.kubernetes.io/control-plane': '' };
    const own = node('cp', { labels, ...taint('node-role.kubernetes.io/control-plane') });
    expect(usableNodes([own])).to.deep.include({ left: [], architectures: [] });
    expect(usableNodes([own]).nodes).to.have.length(1);
    expect(usableNodes([node('cp', { labels, ready: 'False' })]).left).to.deep.equal([
      'cp: NotReady (KubeletNotReady)',
    ]);
  });

  it('are away where no kubelet ever reported', () => {
    const silent = nodeFacts({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'new' } });
    expect(usableNodes([silent]).left).to.deep.equal(['new: NotReady (its kubelet never reported)']);
  });
});
