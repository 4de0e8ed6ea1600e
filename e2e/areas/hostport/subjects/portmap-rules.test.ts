import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { ClusterNode } from '../../../harness/cluster/cluster.ts';
import { leadsTo, translatesTo } from './portmap-rules.ts';

const iptables = '-A CNI-DN-1 -p udp -m udp --dport 8125 -j DNAT --to-destination 10.244.1.5:80\n';
const nftables = '\t\tudp dport 8125 dnat to [fd00:10:244:1::5]:80 comment "c"\n';
const { signal } = new AbortController();

const nodeThat = (answer: { code: number; stdout?: string; stderr?: string }): ClusterNode =>
  ({ name: 'worker', exec: () => Promise.resolve({ stdout: '', stderr: '', durationMs: 1, ...answer }) }) as never;

describe('the rules of the portmap plugin', () => {
  it('lead to the whole address, not to one that begins alike', () => {
    expect(translatesTo(iptables, '10.244.1.5')).to.equal(true);
    expect(translatesTo(iptables, '10.244.1.50')).to.equal(false);
    expect(translatesTo(iptables, '10.244.1.')).to.equal(false);
    expect(translatesTo(nftables, 'fd00:10:244:1::5')).to.equal(true);
    expect(translatesTo(nftables, 'fd00:10:244:1::')).to.equal(false);
  });

  it('are none where its table is not there yet, and an error where they cannot be read', async () => {
    const ask = (mode: 'iptables' | 'nftables', answer: { code: number; stdout?: string; stderr?: string }) =>
      leadsTo({ node: nodeThat(answer), mode, family: 'ipv4' }, '10.244.1.5', signal);
    expect(await ask('nftables', { code: 1, stderr: 'Error: No such file or directory' })).to.equal(false);
    expect(await ask('iptables', { code: 0, stdout: iptables })).to.equal(true);
    const failed = await ask('iptables', { code: 4, stderr: 'another app holds the lock' }).catch(String);
    expect(failed).to.equal('Error: iptables-save -t nat on worker ended with 4: another app holds the lock');
  });
});
