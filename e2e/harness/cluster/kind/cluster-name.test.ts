import { expect } from 'chai';
import { describe, it } from 'mocha';
import { clusterName } from './cluster-name.ts';

describe('names of clusters', () => {
  it('say purpose, family and number', () => {
    expect(clusterName('udp', 'ipv4')).to.equal('staleproof-udp-ipv4');
    expect(clusterName('Kube_Proxy nft', 'dual', 3)).to.equal('staleproof-kube-proxy-nft-dual-3');
    expect(clusterName('//', 'ipv6')).to.equal('staleproof-e2e-ipv6');
  });

  it('leave room for the longest node name, and stay distinct', () => {
    const names = ['a', 'b'].map((end) =>
      clusterName(`kube-proxy-nftables-with-a-very-long-variant-${end}`, 'dual', 12),
    );
    for (const name of names) expect(`${name}-control-plane`.length).to.be.at.most(63);
    expect(names[0]).not.to.equal(names[1]);
  });
});
