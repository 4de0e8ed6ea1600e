import { expect } from 'chai';
import { describe, it } from 'mocha';
import { stagingReplacesOf } from './kubernetes-module.ts';
import { goMod } from './testdata/kubernetes-go-mod.ts';

describe('a build of Kubernetes from its module', () => {
  it('takes the staging modules of its own go.mod as they were published', () => {
    expect(stagingReplacesOf(goMod, '1.31.14')).to.deep.equal({
      'k8s.io/api': 'k8s.io/api v0.31.14',
      'k8s.io/kube-proxy': 'k8s.io/kube-proxy v0.31.14',
    });
    expect(stagingReplacesOf('replace k8s.io/api => ./staging/src/k8s.io/api\n', '1.38.0-beta.0')).to.deep.equal({
      'k8s.io/api': 'k8s.io/api v0.38.0-beta.0',
    });
  });

  it('is refused where go.mod is laid out otherwise', () => {
    expect(() => stagingReplacesOf('module k8s.io/kubernetes\n', '1.99.0')).to.throw('v1.99.0 replaces no module');
  });
});
