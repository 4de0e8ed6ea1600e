import { expect } from 'chai';
import { describe, it } from 'mocha';
import { namesOf } from './name-sets.ts';

describe('names on a command line', () => {
  it('may have a set of versions', () => {
    expect(namesOf('kube-proxy-iptables@{1.31.0, 1.34.0},kpng-nft')).to.deep.equal([
      'kube-proxy-iptables@1.31.0',
      'kube-proxy-iptables@1.34.0',
      'kpng-nft',
    ]);
    expect(namesOf('kube-proxy-{iptables,nftables}@{1.31.0,1.34.0}+x')).to.deep.equal([
      'kube-proxy-iptables@1.31.0+x',
      'kube-proxy-iptables@1.34.0+x',
      'kube-proxy-nftables@1.31.0+x',
      'kube-proxy-nftables@1.34.0+x',
    ]);
    expect(namesOf(' a ,, b')).to.deep.equal(['a', 'b']);
    expect(namesOf('')).to.deep.equal([]);
  });

  it('are refused where a set is not well-formed', () => {
    for (const text of ['a@{1,2', 'a@1,2}', 'a@{1,{2}}', 'a@{}', 'a@{ , }'])
      expect(() => namesOf(text), text).to.throw(RangeError, text);
  });
});
