import { expect } from 'chai';
import { describe, it } from 'mocha';
import { binaryOf, withBinary, withoutBinary, type DaemonSet } from './kube-proxy-template.ts';

const container = {
  name: 'kube-proxy',
  command: [
    '/usr/local/bin/kube-proxy',
    '--config=/var/lib/kube-proxy/config.conf',
    '--hostname-override=$(NODE_NAME)',
  ],
  env: [{ name: 'NODE_NAME' }],
  volumeMounts: [{ name: 'kube-proxy' }],
};

function daemonSet(annotations: Record<string, string> = {}): DaemonSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'kube-proxy', annotations },
    spec: { template: { spec: { containers: [container], volumes: [{ name: 'kube-proxy' }] } } },
  };
}

describe('kube-proxy DaemonSet', () => {
  it('runs the other binary with the same arguments and the defect in the environment', () => {
    const { spec } = withBinary(withoutBinary(daemonSet()), {
      identity: '+no-cleanup',
      defect: 'no-cleanup',
      path: '/var/lib/staleproof/kube-proxy-1',
    }).spec.template;
    expect(spec.containers[0]?.command).to.deep.equal(['/staleproof/kube-proxy', ...container.command.slice(1)]);
    expect(spec.containers[0]?.env).to.deep.include({ name: 'STALEPROOF_DEFECT', value: 'no-cleanup' });
    expect(spec.volumes).to.have.length(2);
  });

  it('runs a release without anything of ours in its environment, and with a configuration of its own where it needs one', () => {
    const plain = withBinary(withoutBinary(daemonSet()), { identity: '1.31.0', path: '/x' });
    expect(plain.spec.template.spec.containers[0]?.env).to.deep.equal(container.env);
    expect(plain.spec.template.spec.containers[0]?.command).to.include('--config=/var/lib/kube-proxy/config.conf');
    const gated = withBinary(withoutBinary(daemonSet()), { identity: '1.29.6', path: '/x', configPath: '/c' });
    const [proxy] = gated.spec.template.spec.containers;
    expect(proxy?.command).to.deep.equal([
      '/staleproof/kube-proxy',
      '--config=/staleproof/config.conf',
      '--hostname-override=$(NODE_NAME)',
    ]);
    expect(gated.spec.template.spec.volumes?.map(({ name }) => name)).to.deep.equal([
      'kube-proxy',
      'staleproof-binary',
      'staleproof-config',
    ]);
  });

  it('puts the original back, also from one defect to the next', () => {
    const patched = withBinary(withoutBinary(daemonSet()), {
      identity: '+no-cleanup',
      defect: 'no-cleanup',
      path: '/x',
    });
    const changed: DaemonSet = {
      ...daemonSet(patched.metadata.annotations as Record<string, string>),
      spec: { template: patched.spec.template as DaemonSet['spec']['template'] },
    };
    expect(binaryOf(changed)).to.equal('+no-cleanup');
    const restored = withoutBinary(changed).spec.template.spec;
    expect(restored).to.deep.equal({ containers: [container], volumes: [{ name: 'kube-proxy' }] });
    const next = withBinary(withoutBinary(changed), { identity: '+wide-cleanup', defect: 'wide-cleanup', path: '/y' })
      .spec.template.spec;
    expect(next.volumes).to.have.length(2);
    expect(next.containers[0]?.env).to.have.length(2);
  });
});
