import { expect } from 'chai';
import { describe, it } from 'mocha';
import { defectOf, withDefect, withoutDefect, type DaemonSet } from './kube-proxy-template.ts';

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
    const { spec } = withDefect(withoutDefect(daemonSet()), 'no-cleanup', '/var/lib/staleproof/kube-proxy-1').spec
      .template;
    expect(spec.containers[0]?.command).to.deep.equal(['/staleproof/kube-proxy', ...container.command.slice(1)]);
    expect(spec.containers[0]?.env).to.deep.include({ name: 'STALEPROOF_DEFECT', value: 'no-cleanup' });
    expect(spec.volumes).to.have.length(2);
  });

  it('puts the original back, also from one defect to the next', () => {
    const patched = withDefect(withoutDefect(daemonSet()), 'no-cleanup', '/x');
    const changed: DaemonSet = {
      ...daemonSet(patched.metadata.annotations as Record<string, string>),
      spec: { template: patched.spec.template as DaemonSet['spec']['template'] },
    };
    expect(defectOf(changed)).to.equal('no-cleanup');
    const restored = withoutDefect(changed).spec.template.spec;
    expect(restored).to.deep.equal({ containers: [container], volumes: [{ name: 'kube-proxy' }] });
    const next = withDefect(withoutDefect(changed), 'wide-cleanup', '/y').spec.template.spec;
    expect(next.volumes).to.have.length(2);
    expect(next.containers[0]?.env).to.have.length(2);
  });
});
