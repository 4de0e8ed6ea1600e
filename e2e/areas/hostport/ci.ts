/** What CI runs of the area. */
import type { AreaInCi, Lane } from '../../harness/area/area-in-ci.ts';

const goes = 'hostport/pod-goes';
const appears = 'hostport/pod-appears';
const flags = ['--keep', '--reuse'];

const lanes: readonly Lane[] = [
  {
    name: 'hostport on portmap-iptables@1.10.0',
    args: ['--subject', 'portmap-iptables@1.10.0', '--focus', goes, ...flags],
    exit: 0,
    passes: [goes],
  },
  {
    // That a row stays when its pod goes is a known defect of that release, which keeps the run green.
    name: 'hostport on portmap-nftables@1.9.1',
    args: ['--subject', 'portmap-nftables@1.9.1', '--focus', goes, '--focus', appears, ...flags],
    exit: 0,
    passes: [appears],
  },
  {
    name: 'hostport on portmap-iptables@1.10.0+no-flush',
    args: ['--subject', 'portmap-iptables@1.10.0+no-flush', '--focus', appears, ...flags],
    exit: 1,
    fails: { [appears]: 'to leave within' },
  },
];

export const ci: AreaInCi = {
  lanes,
  nightly: [
    'portmap-iptables@1.10.0',
    'portmap-nftables@1.10.0',
    'portmap-iptables@1.9.1',
    'portmap-nftables@1.9.1',
  ].flatMap((mapper) =>
    ['ipv4', 'ipv6'].map((family) => ({
      name: `${mapper}-${family}`,
      args: ['--subject', mapper, '-i', family, '--tags', 'hostport'],
    })),
  ),
  anywhere: { args: ['--focus', 'hostport/pod-recreated$'] },
};
