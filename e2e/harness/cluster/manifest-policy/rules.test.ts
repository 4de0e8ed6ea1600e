import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type ManifestObject, violationsOf } from './rules.ts';

const confined = {
  name: 'main',
  imagePullPolicy: 'IfNotPresent',
  resources: { requests: { cpu: '1m' }, limits: { memory: '1Mi' } },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  },
};

function deployment(pod: object): ManifestObject {
  const spec = { automountServiceAccountToken: false, containers: [confined], ...pod };
  return { kind: 'Deployment', metadata: { name: 'x' }, spec: { template: { spec } } };
}
const containing = (change: object): ManifestObject => deployment({ containers: [{ ...confined, ...change }] });
const confinedBut = (change: object): ManifestObject =>
  containing({ securityContext: { ...confined.securityContext, ...change } });

describe('policy for manifests', () => {
  it('has nothing against a confined Pod, wherever its seccomp profile stands', () => {
    expect(violationsOf(deployment({}))).to.deep.equal([]);
    const { seccompProfile, ...rest } = confined.securityContext;
    const containers = [{ ...confined, securityContext: rest }];
    expect(violationsOf(deployment({ securityContext: { seccompProfile }, containers }))).to.deep.equal([]);
  });

  const broken: readonly (readonly [string, ManifestObject])[] = [
    ['Deployment/x hostNetwork', deployment({ hostNetwork: true })],
    ['Deployment/x hostPID', deployment({ hostPID: true })],
    ['Deployment/x hostIPC', deployment({ hostIPC: true })],
    ['Deployment/x hostPath /etc', deployment({ volumes: [{ hostPath: { path: '/etc' } }] })],
    ['Deployment/x token of the default service account', deployment({ automountServiceAccountToken: undefined })],
    ['Deployment/x/main privileged', confinedBut({ privileged: true })],
    ['Deployment/x/main privilege escalation', confinedBut({ allowPrivilegeEscalation: undefined })],
    ['Deployment/x/main capabilities not dropped', confinedBut({ capabilities: { drop: ['NET_RAW'] } })],
    ['Deployment/x/main capability NET_RAW', confinedBut({ capabilities: { drop: ['ALL'], add: ['NET_RAW'] } })],
    ['Deployment/x/main seccomp not RuntimeDefault', confinedBut({ seccompProfile: { type: 'Unconfined' } })],
    ['Deployment/x/main writable root file system', confinedBut({ readOnlyRootFilesystem: false })],
    ['Deployment/x/main image pull policy', containing({ imagePullPolicy: 'Always' })],
    ['Deployment/x/main no requests', containing({ resources: { limits: { memory: '1Mi' } } })],
    ['Deployment/x/main no memory limit', containing({ resources: { requests: { cpu: '1m' } } })],
    [
      'Deployment/x/main privileged',
      deployment({ initContainers: [{ ...confined, securityContext: { privileged: true } }] }),
    ],
    [
      'Role/x wildcard in verbs',
      { kind: 'Role', metadata: { name: 'x' }, rules: [{ resources: ['pods'], verbs: ['*'] }] },
    ],
    [
      'Role/x wildcard in resources',
      { kind: 'Role', metadata: { name: 'x' }, rules: [{ resources: ['*/status'], verbs: ['get'] }] },
    ],
  ];
  for (const [violation, object] of broken)
    it(`sees: ${violation}${JSON.stringify(object).includes('initContainers') ? ' (init container)' : ''}`, () => {
      expect(violationsOf(object)).to.deep.equal([violation]);
    });
});
