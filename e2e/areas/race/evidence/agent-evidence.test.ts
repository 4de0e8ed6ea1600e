import { expect } from 'chai';
import { describe, it } from 'mocha';
import { lackingEvidence } from './agent-evidence.ts';

const where = { namespace: 'kube-system', owner: 'aws-node', container: 'agent' };
const pod = (args?: readonly string[]) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'aws-node-1' },
  spec: { containers: [{ name: 'aws-node' }, { name: 'agent', ...(args !== undefined && { args }) }] },
});
const both = ['--enable-network-policy=true', '--enable-policy-event-logs=true'];
const patch = (change: object): string =>
  `kubectl -n kube-system patch daemonset aws-node --type=json -p '${JSON.stringify([change])}'`;

describe('what keeps an agent from giving evidence', () => {
  it('is nothing where both flags are on, in any way that pflag reads', () => {
    for (const args of [
      both,
      ['--enable-network-policy', '--enable-policy-event-logs', 'false'],
      ['--enable-network-policy=false', '--enable-network-policy=1', '--enable-policy-event-logs=T'],
    ])
      expect(lackingEvidence(pod(args), where), args.join(' ')).to.deep.equal([]);
  });

  it('is told with the command that changes it', () => {
    const path = '/spec/template/spec/containers/1/args';
    expect(lackingEvidence(pod(['--x', '--enable-network-policy=false', ...both.slice(1)]), where)).to.deep.equal([
      `aws-node in kube-system runs with --enable-network-policy=false: it enforces no policy, so there is nothing to judge; ${patch({ op: 'replace', path: `${path}/1`, value: both[0] })}`,
    ]);
    expect(lackingEvidence(pod(both.slice(0, 1)), where)).to.deep.equal([
      `aws-node in kube-system runs with no --enable-policy-event-logs: its log tells of no denial; ${patch({ op: 'add', path: `${path}/-`, value: both[1] })}`,
    ]);
    expect(lackingEvidence(pod(), where)[0]).to.contain(JSON.stringify({ op: 'add', path, value: both }));
  });

  it('is a DaemonSet without the agent’s container', () => {
    expect(lackingEvidence(pod(both), { ...where, container: 'other' })).to.deep.equal([
      'aws-node in kube-system has no container other, it has aws-node, agent: no network policy agent runs there (--npa-pod-label names another)',
    ]);
  });
});
