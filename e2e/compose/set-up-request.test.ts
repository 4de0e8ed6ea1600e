import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Row } from '../../hack/doctor/check.ts';
import type { Subject, SubjectKind } from '../harness/subject/subject.ts';
import { goalsOf, nodeImageToMake, rowsToMend } from './set-up-request.ts';

const subject = (kind: SubjectKind, name: string, ...parts: readonly string[]): Subject =>
  ({
    kind,
    name,
    parts: ({ hasCluster }: { readonly hasCluster: boolean }) => (hasCluster ? parts : []),
  }) as unknown as Subject;
const proxy = subject('service-proxy', 'kube-proxy-iptables');
const agent = subject('policy-agent', 'npa@1.4.3', 'npa@1.4.3', 'stand-in-vpc-cni');
const clients = ['client-go', 'curl'].map((name) => subject('api-client', name, `watch-${name}`, 'kubectl'));

const row = (what: string, state: Row['state'], repair?: Row['repair']): Row => ({
  ...{ what, state, found: '', neededBy: '', remedy: '' },
  ...(repair === undefined ? {} : { repair }),
});
const rows: readonly Row[] = [
  row('Docker', 'missing', 'docker-packages'),
  row('BPF compiler', 'limited', 'bpf-packages'),
  row('network tools', 'limited', 'network-packages'),
  row('kernel: nft', 'limited', 'network-packages'),
  row('client compilers', 'limited', 'client-packages'),
  row('kernel: ipvs', 'limited'),
];

describe('what a run asks the set-up for', () => {
  it('is what each kind is made of, those that come with the cluster first', () => {
    expect(goalsOf([...clients, agent, proxy], {})).to.deep.equal([
      { name: 'specs that judge service-proxy', after: [] },
      { name: 'specs that judge policy-agent', after: ['npa@1.4.3', 'stand-in-vpc-cni'] },
      { name: 'specs that judge api-client', after: ['watch-client-go', 'kubectl', 'watch-curl'] },
    ]);
    expect(goalsOf(clients, {}, false)).to.deep.equal([{ name: 'specs that judge api-client', after: [] }]);
  });

  it('is what is missing, and what would cost specs that are selected', () => {
    const what = (subjects: readonly Subject[], useful: boolean) =>
      rowsToMend(rows, subjects, useful).map((each) => each.what);
    expect(what([proxy], false)).to.deep.equal(['Docker']);
    expect(what([proxy], true)).to.deep.equal(['Docker', 'kernel: nft']);
    expect(what([proxy, agent], true)).to.deep.equal(['Docker', 'BPF compiler', 'kernel: nft']);
    expect(what(clients, true)).to.deep.equal(['Docker', 'network tools', 'kernel: nft', 'client compilers']);
  });

  it('is a node image where there is none, from a registry that answers, else built', () => {
    const around = { provider: 'kind', mustBuild: true, nodeImage: undefined, registryAnswers: false } as const;
    expect(nodeImageToMake({}, around)).to.deep.equal({ build: true, source: 'auto' });
    expect(nodeImageToMake({}, { ...around, mustBuild: false })).to.deep.equal({ build: false, source: 'auto' });
    expect(nodeImageToMake({}, { ...around, nodeImage: 'x' })).to.equal(undefined);
  });
});
