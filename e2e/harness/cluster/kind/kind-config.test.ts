import { expect } from 'chai';
import { describe, it } from 'mocha';
import { kindConfig } from './kind-config.ts';
import { fullReference } from './load-image.ts';

describe('the configuration for kind', () => {
  it('names both ranges of a dual-stack cluster, ipv4 first, and one node a worker', () => {
    const config = JSON.parse(
      kindConfig({ familyMode: 'dual', kubeProxyMode: 'nftables', workers: 2, podNetwork: 'own' }),
    ) as {
      networking: Record<string, unknown>;
      nodes: unknown[];
    };
    expect(config.networking).to.deep.equal({
      ipFamily: 'dual',
      disableDefaultCNI: true,
      kubeProxyMode: 'nftables',
      podSubnet: '10.244.0.0/16,fd00:10:244::/56',
      serviceSubnet: '10.96.0.0/16,fd00:10:96::/112',
    });
    expect(config.nodes).to.deep.equal([{ role: 'control-plane' }, { role: 'worker' }, { role: 'worker' }]);
  });

  it('leaves the pod network to a pulled image', () => {
    expect(kindConfig({ familyMode: 'ipv4', kubeProxyMode: 'none', workers: 0, podNetwork: 'kindnet' })).to.contain(
      '"disableDefaultCNI":false',
    );
  });
});

describe('the full reference of an image', () => {
  for (const [image, full] of [
    ['staleproof/fixtures:1', 'docker.io/staleproof/fixtures:1'],
    ['busybox', 'docker.io/library/busybox:latest'],
    ['registry.k8s.io/pause:3.10', 'registry.k8s.io/pause:3.10'],
    ['localhost:5000/a/b', 'localhost:5000/a/b:latest'],
  ] as const)
    it(`of ${image} is ${full}`, () => expect(fullReference(image)).to.equal(full));
});
