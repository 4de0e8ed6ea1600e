/** Service proxies by name. Declarations only; each is loaded when chosen. */
import type { SubjectEntry } from './subject.ts';

type Mode = 'iptables' | 'nftables' | 'ipvs';

/** Known-bad variants of kube-proxy: what is wrong, and which specs are meant to notice. */
const defects: Readonly<
  Record<string, { readonly summary: string; readonly modes: readonly Mode[]; readonly caughtBy: readonly string[] }>
> = {
  'no-cleanup': {
    summary: 'programs new rules and leaves every conntrack row alone',
    modes: ['iptables', 'nftables'],
    caughtBy: ['udp/clusterip-server-cycles'],
  },
};

function kubeProxyEntry(mode: Mode, defect?: string): SubjectEntry {
  const summary = defect === undefined ? `Kubernetes' own proxy in ${mode} mode` : (defects[defect]?.summary ?? '');
  return {
    name: `kube-proxy-${mode}${defect === undefined ? '' : `+${defect}`}`,
    kind: 'service-proxy',
    summary,
    caughtBy: defect === undefined ? [] : (defects[defect]?.caughtBy ?? []),
    load: async () => (await import('./kube-proxy.ts')).kubeProxy(mode, defect),
  };
}

export const serviceProxies: readonly SubjectEntry[] = [
  kubeProxyEntry('iptables'),
  kubeProxyEntry('nftables'),
  kubeProxyEntry('ipvs'),
  ...Object.entries(defects).flatMap(([defect, { modes }]) => modes.map((mode) => kubeProxyEntry(mode, defect))),
];
