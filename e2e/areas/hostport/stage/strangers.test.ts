import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { ClusterNode } from '../../../harness/cluster/cluster.ts';
import { gatewayOf } from './strangers.ts';

describe('the gateway of a node’s pods', () => {
  const node = {
    name: 'worker',
    podCidrs: ['10.244.1.0/24', 'fd00:10:244:1::/64', '10.9.8.128/25'],
  } as unknown as ClusterNode;

  it('is the first address of the range of that family', () => {
    expect(gatewayOf({ node, family: 'ipv4' })).to.equal('10.244.1.1');
    expect(gatewayOf({ node, family: 'ipv6' })).to.equal('fd00:10:244:1::1');
    expect(gatewayOf({ node: { ...node, podCidrs: ['10.9.8.128/25'] }, family: 'ipv4' })).to.equal('10.9.8.129');
    expect(() => gatewayOf({ node: { ...node, podCidrs: [] }, family: 'ipv6' })).to.throw(
      'worker has no ipv6 pod range',
    );
  });
});
