import { expect } from 'chai';
import { describe, it } from 'mocha';
import { buildRemarks, releaseOf } from './npa-release.ts';

const remarks = (name: string): string => {
  const release = releaseOf(name);
  return release === undefined ? 'none' : buildRemarks(release).join('; ');
};

describe('a release of the network policy agent', () => {
  it('is never called untouched where parts of it are of another version, stand in or were linked beforehand', () => {
    expect(remarks('npa@1.4.1')).to.equal('');
    expect(remarks('npa@1.4.3+no-cleanup')).to.match(/^linked with aws-ebpf-sdk-go v1\.0\.15, .*; stub: pkg\/metrics$/);
    expect(remarks('npa@1.5.0')).to.match(/protobuf v1\.36\.12.*; stub: pkg\/metrics, pkg\/btf; pre-linked: /);
    expect(remarks('npa@installed')).to.equal('none');
  });
});
