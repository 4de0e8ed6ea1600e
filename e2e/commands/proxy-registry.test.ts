import { expect } from 'chai';
import { describe, it } from 'mocha';
import { localPort, nameOnNode } from './proxy-registry.ts';

describe('registry of a proxy image', () => {
  it('is led to from the nodes when it is on this machine', () => {
    expect(localPort('localhost:5000')).to.equal(5000);
    expect(localPort('127.0.0.1:5001')).to.equal(5001);
    expect(localPort('localhost')).to.equal(5000);
    expect(localPort('registry.example:5000')).to.equal(undefined);
  });

  it('leaves the image under the name that manifests use', () => {
    expect(nameOnNode('kpng:test')).to.equal('docker.io/library/kpng:test');
    expect(nameOnNode('me/kpng:test')).to.equal('docker.io/me/kpng:test');
    expect(nameOnNode('localhost:5000/kpng:test')).to.equal('localhost:5000/kpng:test');
    expect(nameOnNode('registry.example/kpng:test')).to.equal('registry.example/kpng:test');
  });
});
