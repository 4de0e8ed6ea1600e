import { expect } from 'chai';
import { describe, it } from 'mocha';
import { goMod } from '../images/testdata/kubernetes-go-mod.ts';
import { kubeProxyReleaseBuild } from './kube-proxy-release.ts';

describe('the build of a released kube-proxy', () => {
  it('has the settings of Go that the release was made for, its own version, and no edit of ours', () => {
    const build = kubeProxyReleaseBuild({ version: '1.31.14', replaces: { 'k8s.io/kube-proxy': 'v0.31.0' } }, goMod);
    expect(build.goMod.godebug).to.deep.equal(['default=go1.22']);
    expect(build.goMod.require).to.deep.equal({ 'k8s.io/kubernetes': 'v1.31.14' });
    expect(build.goMod.replace).to.include({ 'k8s.io/kube-proxy': 'k8s.io/kube-proxy v0.31.0' });
    expect(build.ldflags).to.include('-X k8s.io/component-base/version.gitVersion=v1.31.14');
    expect(build.overlay).to.equal(undefined);
  });
});
