import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type Footprint, footprintDifference } from './npa-footprint.ts';

const nodes = (lines: Readonly<Record<string, readonly string[]>>): Footprint => new Map(Object.entries(lines));

describe('footprint of a network policy agent', () => {
  it('is nothing where everything is as before', () => {
    const same = { a: ['sysctl nf_conntrack_max 9', 'bpffs mounts 0'] };
    expect(footprintDifference(nodes(same), nodes(same))).to.deep.equal([]);
  });

  it('names node, side and thing', () => {
    const before = nodes({ a: ['sysctl nf_conntrack_udp_timeout 30'], b: [] });
    const after = nodes({ a: ['sysctl nf_conntrack_udp_timeout 900'], b: ['pin /sys/fs/bpf/globals'] });
    expect(footprintDifference(before, after)).to.deep.equal([
      'a: - sysctl nf_conntrack_udp_timeout 30',
      'a: + sysctl nf_conntrack_udp_timeout 900',
      'b: + pin /sys/fs/bpf/globals',
    ]);
  });
});
