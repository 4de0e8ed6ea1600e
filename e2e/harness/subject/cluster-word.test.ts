import { expect } from 'chai';
import { describe, it } from 'mocha';
import { clusterWord } from './cluster-word.ts';

describe('cluster word', () => {
  it('is the same for proxies that can take turns on one cluster', () => {
    expect(clusterWord('kube-proxy-nftables+no-cleanup')).to.equal('kube-proxy-nftables');
    expect(clusterWord('kube-proxy-nftables@1.31.0+no-cleanup')).to.equal('kube-proxy-nftables');
    expect(clusterWord('kube-proxy-iptables')).to.equal('kube-proxy-iptables');
    for (const name of ['kpng-nft', 'kpng-iptables-split', 'kpng-nft+no-conntrack-binary'])
      expect(clusterWord(name)).to.equal('kpng');
  });
});
