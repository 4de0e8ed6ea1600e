import { expect } from 'chai';
import { describe, it } from 'mocha';
import { portMappers } from '../../e2e/areas/hostport/subjects/port-mappers.ts';
import { portmapBuild } from './portmap.ts';

describe('the build of the portmap plugin', () => {
  it('is of the release alone, which it tells, with what the release needs besides', () => {
    const build = portmapBuild({ release: '0.8.7', requires: { 'github.com/containernetworking/cni': 'v0.8.1' } });
    expect(build.goMod.require).to.deep.equal({
      'github.com/containernetworking/cni': 'v0.8.1',
      'github.com/containernetworking/plugins': 'v0.8.7',
    });
    expect(build.ldflags).to.include('buildversion.BuildVersion=v0.8.7');
    expect(build.overlay).to.equal(undefined);
  });

  it('has an edit for every variant among the subjects, and for no other', () => {
    const names = portMappers.flatMap(({ name }) => /\+(.+)$/.exec(name)?.[1] ?? []);
    expect(names).not.to.be.empty;
    for (const variant of names) expect(portmapBuild({ release: '1.10.0', variant }).overlay, variant).not.to.be.empty;
    expect(() => portmapBuild({ release: '1.10.0', variant: 'other' })).to.throw('portmap has no variant other');
  });
});
