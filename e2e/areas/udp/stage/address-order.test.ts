import { expect } from 'chai';
import { preceded } from './address-order.ts';
import type { StagePod } from './stage-options.ts';

const stage = { ip: ({ ips }: StagePod): string => ips.ipv4 ?? '' };
const pods = (...ips: readonly string[]): readonly StagePod[] =>
  ips.map((ipv4) => ({ name: ipv4, ips: { ipv4 } }) as unknown as StagePod);

describe('order of addresses', () => {
  it('finds who is neither first nor last as number and as text', () => {
    // As texts .10 comes first and .9 last, as numbers .8 and .12.
    const found = preceded(stage, pods('10.244.1.8', '10.244.1.9', '10.244.1.10', '10.244.1.11', '10.244.1.12'));
    expect(found?.name).to.equal('10.244.1.11');
  });

  it('finds nobody where each is an end of one order', () => {
    expect(preceded(stage, pods('10.244.1.8', '10.244.1.9', '10.244.1.10', '10.244.1.11'))).to.equal(undefined);
  });

  it('reads the groups of an IPv6 address as numbers', () => {
    const found = preceded(stage, pods('fd00::9', 'fd00::a', 'fd00::b', 'fd00::10', 'fd00::11'));
    expect(found?.name).to.equal('fd00::a');
  });
});
