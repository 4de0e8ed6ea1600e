/** What CI runs of the area. */
import type { AreaInCi, Lane } from '../../harness/area/area-in-ci.ts';

const cycles = 'udp/clusterip-server-cycles';

function lanesOf(proxy: string): readonly Lane[] {
  return [
    {
      name: `udp on ${proxy}`,
      args: ['-b', proxy, '--tags', 'udp && !slow', '--keep', '--reuse'],
      exit: 0,
      passes: [cycles],
    },
    {
      name: `udp on ${proxy}+no-cleanup`,
      args: ['-b', `${proxy}+no-cleanup`, '--focus', cycles, '--keep', '--reuse'],
      exit: 1,
      fails: { [cycles]: 'the row to leave' },
    },
  ];
}

export const ci: AreaInCi = {
  lanes: [...lanesOf('kube-proxy-iptables'), ...lanesOf('kube-proxy-nftables')],
  nightly: ['kube-proxy-iptables', 'kube-proxy-nftables', 'kpng-iptables', 'kpng-nft'].flatMap((proxy) =>
    ['ipv4', 'ipv6', 'dual'].map((family) => ({
      name: `${proxy}-${family}`,
      args: ['-b', proxy, '-i', family, '--tags', 'udp'],
      // It has no release to build from.
      ...(proxy.startsWith('kpng') ? { byOption: '--kpng-image' } : {}),
    })),
  ),
  // The whole of it is run as a Job of that cluster, and compared with a run from outside.
  anywhere: { args: ['--tags', 'udp && !slow'], sharded: true, alone: 'udp/clusterip-server-cycles' },
};
