import { expect } from 'chai';
import { describe, it } from 'mocha';
import { guardMarker, guardRules, parseCounters, parseResolvers } from './guard-rules.ts';

const around = {
  uplinks: ['eth0'],
  resolvers: ['10.99.0.53', 'fd00::53'],
  ownNetworks: ['192.168.7.2/24', 'fd07::2/64'],
};

describe('leak guard rules', () => {
  const rules = guardRules(around);

  it('accept resolvers and neighbours of each family before anything is rejected', () => {
    const output = rules.slice(rules.indexOf('chain output'), rules.indexOf('chain forward'));
    const lines = output.split('\n').map((line) => line.trim().replace('oifname { "eth0" } ', ''));
    expect(lines.filter((line) => line.endsWith('accept'))).to.deep.equal([
      'ct direction reply accept',
      'ip daddr 10.99.0.53 accept',
      'ip daddr 192.168.7.2/24 accept',
      'ip6 daddr fd00::53 accept',
      'ip6 daddr fd07::2/64 accept',
    ]);
    expect(lines.findIndex((line) => line.includes('reject'))).to.be.greaterThan(
      lines.findLastIndex((line) => line.endsWith('accept')),
    );
  });

  it('count what they reject, by family and origin', () => {
    const counted = [...rules.matchAll(/counter name (\w+) reject/g)].map((match) => match[1]);
    expect(counted).to.deep.equal([
      'cluster_ipv4_from_host',
      'cluster_ipv6_from_host',
      'forwarded_ipv4',
      'forwarded_ipv6',
    ]);
  });

  it('replace themselves in one transaction and are told apart by their marker', () => {
    expect(rules).to.match(
      /^table inet staleproof_guard\ndelete table inet staleproof_guard\ntable inet staleproof_guard \{/,
    );
    expect(guardMarker(rules)).not.to.equal(guardMarker(guardRules({ ...around, uplinks: ['eth1'] })));
  });
});

describe('leak guard readings', () => {
  it('takes name servers that are not on this machine', () => {
    expect(
      parseResolvers('# nameserver 1.1.1.1\nnameserver 127.0.0.53\n nameserver 10.0.0.2\nnameserver fe80::1%eth0\n'),
    ).to.deep.equal(['10.0.0.2', 'fe80::1']);
  });

  it('takes our counters and leaves the marker out', () => {
    const counter = (name: string, packets: number, table = 'staleproof_guard') => ({
      counter: { name, table, packets },
    });
    const json = JSON.stringify({
      nftables: [{ metainfo: {} }, counter('rules_ab12', 0), counter('forwarded_ipv4', 7), counter('x', 1, 'other')],
    });
    expect(parseCounters(json)).to.deep.equal({ forwarded_ipv4: 7 });
  });
});
