import { expect } from 'chai';
import { load } from 'js-yaml';
import { describe, it } from 'mocha';
import { configWithGates, kubeProxyPrograms, skewRemark } from './kube-proxy-settings.ts';

describe('settings of a kube-proxy release', () => {
  it('have its gates on, beside those that the cluster has', () => {
    const text = 'kind: KubeProxyConfiguration\nmode: nftables\nfeatureGates: { Other: false }\n';
    expect(load(configWithGates(text, ['NFTablesProxyMode']))).to.deep.equal({
      kind: 'KubeProxyConfiguration',
      mode: 'nftables',
      featureGates: { Other: false, NFTablesProxyMode: true },
    });
    expect(() => configWithGates('', ['A'])).to.throw('is no KubeProxyConfiguration');
  });

  it('are told when the pair is outside the skew policy', () => {
    expect(skewRemark('v1.36.3', '1.33.13')).to.equal(undefined);
    expect(skewRemark('v1.36.3', '1.36.3')).to.equal(undefined);
    expect(skewRemark('v1.36.3', '1.32.13')).to.match(/^outside the version skew policy: kube-proxy 1\.32\.13 beside/);
    expect(skewRemark('v1.36.3', '1.37.2')).to.match(/^outside the version skew policy/);
    expect(skewRemark('v1.36.3', undefined)).to.equal(undefined);
  });

  it('name the program that deletes rows: a child of old ones', () => {
    expect(kubeProxyPrograms('1.31.14')).to.deep.equal(['kube-proxy', 'conntrack']);
    expect(kubeProxyPrograms('v1.32.2')).to.deep.equal(['kube-proxy']);
    expect(kubeProxyPrograms('unknown')).to.deep.equal(['kube-proxy']);
  });
});
