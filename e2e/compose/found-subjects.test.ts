import { expect } from 'chai';
import { describe, it } from 'mocha';
import { areas } from '../areas/index.ts';
import { foundSubjects } from './found-subjects.ts';

const { kinds, subjects } = areas;
const chosen = subjects.filter(({ name }) => ['kube-proxy-iptables', 'packet-capture'].includes(name));
const free = { proxy: 'kube-proxy nftables', lackingAccess: {}, noNodeAccess: undefined };
const names = (fitness: object) =>
  foundSubjects(chosen, {}, { ...free, ...fitness }, kinds).entries.map(({ name }) => name);

describe('the subjects of a cluster that is not ours', () => {
  it('are the proxy as it is found there, whatever the default would be', () => {
    expect(names({})).to.have.members(['kube-proxy-nftables', 'packet-capture']);
    expect(names({ proxy: 'kube-proxy iptables (by its configuration)' })).to.include('kube-proxy-iptables');
  });

  it('are whatever serves Services there when it is not kube-proxy', () => {
    expect(names({ proxy: 'Cilium' })).to.have.members(['service-proxy@installed', 'packet-capture']);
    const without = kinds.map((kind) => ({
      ...kind,
      subjects: kind.subjects.filter(({ name }) => name !== 'service-proxy@installed'),
    }));
    const { absent } = foundSubjects(chosen, {}, { ...free, proxy: 'Cilium' }, without);
    expect(absent['service-proxy']).to.contain('Cilium');
  });

  it('keep what was named: its own installation says what is wrong', () => {
    const { entries } = foundSubjects(chosen, { backend: 'kube-proxy-iptables' }, { ...free, proxy: 'Cilium' }, kinds);
    expect(entries.map(({ name }) => name)).to.include('kube-proxy-iptables');
  });

  it('are not installed where the account or the nodes forbid it', () => {
    expect(names({ lackingAccess: { capture: ['create customresourcedefinitions'] } })).to.deep.equal([
      'kube-proxy-nftables',
    ]);
    expect(names({ noNodeAccess: 'privileged pods are refused' })).to.deep.equal([]);
  });
});
