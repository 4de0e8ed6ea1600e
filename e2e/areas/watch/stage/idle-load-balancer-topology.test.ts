import { expect } from 'chai';
import { describe, it } from 'mocha';
import { balancerRules, haproxyConfig, routerSysctls } from '../faults/idle-load-balancer-rules.ts';
import { clientCommands, segmentOf, serverCommands, topology } from './idle-load-balancer-topology.ts';
import { profileNamed } from '../profiles/profile.ts';

describe('the topology of the test bed', () => {
  it('answers by the rule of the lane, whatever the segment: before the main table, after the local one', () => {
    for (let segment = 0; segment < 256; segment += 1)
      for (const index of [0, 20]) expect(topology('s', segment).router(index).routeTable).to.be.within(300, 32_765);
  });
  it('keeps segments in one byte and interface names in 15 characters', () => {
    for (let n = 0; n < 500; n += 1) expect(segmentOf(`slug-${n}`)).to.be.within(1, 250);
    const taken = new Set<number>();
    for (let n = 0; n < 250; n += 1) taken.add(segmentOf(`slug-${n % 3}`, taken));
    expect(taken.size, 'no two beds of a run share one').to.equal(250);
    expect(() => segmentOf('one more', taken)).to.throw('all 250 segments');
    expect(topology('watch-0123456789abcdef', 250).router(19).serverLink.length).to.be.at.most(15);
  });
  it('takes back what it adds to a node, line by line', () => {
    const { add, remove } = serverCommands(topology('s', 7), 2, 'eth0');
    expect(add.map((line) => line.replace(' add ', ' del ').replace(' nodad', ''))).to.have.members([...remove]);
  });
  it('routes each client to each balancer', () => {
    const bed = topology('s', 7);
    const routes = [0, 1].map((index) => ({ to: bed.router(index).server, via: bed.router(index).lan }));
    const { own } = clientCommands(bed, 0, routes);
    expect(own)
      .to.include('route add 10.99.7.102/32 via 10.97.1.2')
      .and.include('route add fd99:7::1:2/128 via fd97::1:2');
  });
});

describe('the rules of a balancer', () => {
  it('answer an expired packet as the product does', () => {
    expect(balancerRules(profileNamed('aws-nlb'))).to.match(/ct state invalid .*reject with tcp reset/);
    expect(balancerRules(profileNamed('gcp-silent'))).to.match(/ct state invalid counter name dropped drop/);
  });
  it('never revive a flow, and let other timeouts follow a long one', () => {
    const keys = (idle: number | undefined): string[] =>
      routerSysctls(idle).map(([key, value]) => `${key.split('.').at(-1)}=${value}`);
    expect(keys(45)).to.include('nf_conntrack_tcp_loose=0').and.include('nf_conntrack_tcp_timeout_established=45');
    expect(keys(45).join()).not.to.contain('max_retrans');
    expect(keys(600)).to.include('nf_conntrack_tcp_timeout_max_retrans=660');
    expect(keys(undefined).join()).not.to.contain('established');
  });
  it('make HAProxy close by payload silence in either direction', () => {
    const text = haproxyConfig({ idleSeconds: 45, listeners: [{ bind: '[fd97::1]:1', server: '[fd99::1]:1' }] });
    expect(text).to.contain('timeout tunnel 45s').and.contain('bind [fd97::1]:1');
  });
});
