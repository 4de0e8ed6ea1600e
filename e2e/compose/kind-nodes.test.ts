import { expect } from 'chai';
import { describe, it } from 'mocha';
import { chooseCluster, chooseNode } from './kind-nodes.ts';

const clusters = new Map([
  ['a', ['a-control-plane', 'a-worker']],
  ['b', ['b-control-plane']],
]);

describe('choosing a node', () => {
  it('takes the only cluster, or the one that is named', () => {
    expect(chooseCluster(new Map([['a', []]]), undefined)).to.equal('a');
    expect(chooseCluster(clusters, 'b')).to.equal('b');
    expect(() => chooseCluster(clusters, undefined)).to.throw('choose with --cluster: a b');
    expect(() => chooseCluster(clusters, 'c')).to.throw('running: a b');
    expect(() => chooseCluster(new Map(), undefined)).to.throw('npm run cluster -- up');
  });

  it('knows nodes by their short names', () => {
    const nodes = clusters.get('a') ?? [];
    expect(chooseNode(nodes, 'a', 'worker')).to.equal('a-worker');
    expect(chooseNode(nodes, 'a', 'a-worker')).to.equal('a-worker');
    expect(() => chooseNode(nodes, 'a', 'worker2')).to.throw('its nodes: control-plane worker');
  });
});
