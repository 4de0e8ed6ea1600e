import { expect } from 'chai';
import { describe, it } from 'mocha';
import { conflist, masqueradeRules, routeScript } from './pod-network.ts';

const a = {
  name: 'a',
  addresses: { ipv4: '172.18.0.2', ipv6: 'fc00::2' },
  podCidrs: ['10.244.0.0/24', 'fd00:10:244::/64'],
};
const b = {
  name: 'b',
  addresses: { ipv4: '172.18.0.3', ipv6: 'fc00::3' },
  podCidrs: ['10.244.1.0/24', 'fd00:10:244:1::/64'],
};

describe('the pod network of our own', () => {
  it('routes both families to peers, and dead pods nowhere', () => {
    expect(routeScript(a, [a, b]).split('\n')).to.deep.equal([
      'set -e',
      'ip -4 route replace blackhole 10.244.0.0/24',
      'ip -6 route replace blackhole fd00:10:244::/64',
      'ip -4 route replace 10.244.1.0/24 via 172.18.0.3',
      'ip -6 route replace fd00:10:244:1::/64 via fc00::3',
    ]);
  });

  it('refuses a peer that has a range but no address of its family', () => {
    const lame = { ...b, addresses: { ipv4: '172.18.0.3' } };
    expect(() => routeScript(a, [a, lame])).to.throw('node b has pod range fd00:10:244:1::/64 but no ipv6 address');
  });

  it('masquerades what leaves the pod network only', () => {
    const rules = masqueradeRules(a, ['10.244.0.0/16', 'fd00:10:244::/56']);
    expect(rules).to.contain('ip saddr 10.244.0.0/24 ip daddr != { 10.244.0.0/16 } masquerade');
    expect(rules).to.contain('ip6 saddr fd00:10:244::/64 ip6 daddr != { fd00:10:244::/56 } masquerade');
  });

  it('gives a pod one address a family', () => {
    const { plugins } = JSON.parse(conflist(a.podCidrs)) as {
      plugins: { type: string; ipam?: { ranges: unknown; routes: unknown } }[];
    };
    expect(plugins.map((plugin) => plugin.type)).to.deep.equal(['ptp', 'portmap']);
    expect(plugins[0]?.ipam?.ranges).to.deep.equal([[{ subnet: '10.244.0.0/24' }], [{ subnet: 'fd00:10:244::/64' }]]);
    expect(plugins[0]?.ipam?.routes).to.deep.equal([{ dst: '0.0.0.0/0' }, { dst: '::/0' }]);
  });
});
