import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'mocha';
import { parseManifest } from '../../../harness/cluster/kube/manifest.ts';
import { describeAccess, neededAccess } from './race-permissions.ts';
import { adapt, renamed } from './race-tuner.ts';

async function daemonSet(file: string): Promise<Parameters<typeof adapt>[0]> {
  const [object] = await parseManifest(
    await readFile(new URL(`../../../../manifests/${file}`, import.meta.url), 'utf8'),
  );
  return object as Parameters<typeof adapt>[0];
}

describe('conntrack tuner', () => {
  it('takes another image and another timeout, and nothing else changes', async () => {
    const plain = await daemonSet('conntrack-tuner.yaml');
    const adapted = adapt(plain, 'mine:1', { CONNTRACK_TIMEOUTS: 'tcp_timeout_established=45' });
    const [container] = adapted.spec.template.spec.containers;
    expect(container?.image).to.equal('mine:1');
    expect(container?.env?.find(({ name }) => name === 'CONNTRACK_TIMEOUTS')?.value).to.equal(
      'tcp_timeout_established=45',
    );
    expect(adapt(adapted, 'busybox:1.37', { CONNTRACK_TIMEOUTS: 'tcp_timeout_established=30' })).to.deep.equal(plain);
  });

  it('resets under a name of the run, selector and pods with it', async () => {
    const { metadata, spec } = renamed(await daemonSet('conntrack-reset.yaml'), 'ab12');
    expect(metadata.name).to.equal('conntrack-reset-ab12');
    expect(spec.selector.matchLabels).to.deep.equal({ app: 'conntrack-reset-ab12' });
    expect(spec.template.metadata?.labels).to.deep.equal({ app: 'conntrack-reset-ab12' });
  });

  for (const file of ['conntrack-tuner.yaml', 'conntrack-reset.yaml'])
    it(`${file} asks for no privilege and little room`, async () => {
      const text = JSON.stringify(await daemonSet(file));
      expect(text).not.to.contain('"privileged":true');
      expect(text).to.contain('"drop":["ALL"]').and.to.contain('"cpu":"10m"').and.to.contain('"memory":"16Mi"');
      expect(text).to.contain('"tolerations":[{"operator":"Exists"}]');
    });
});

describe('permissions of the reproducer', () => {
  it('are asked as kubectl asks them', () => {
    const asked = neededAccess({ npaNamespace: 'net', tunes: false }).map(describeAccess);
    expect(asked).to.include('kubectl auth can-i create pods/exec --all-namespaces says no');
    expect(asked).to.include('kubectl auth can-i list pods -n net says no');
    expect(asked).to.include('kubectl auth can-i create policyendpoints.networking.k8s.aws --all-namespaces says no');
    expect(asked.some((line) => line.includes('kube-system'))).to.equal(false);
  });

  it('include the tuner only when it is used', () => {
    const asked = neededAccess({ npaNamespace: 'net', tunes: true }).map(describeAccess);
    expect(asked).to.include('kubectl auth can-i create daemonsets.apps -n kube-system says no');
  });
});
