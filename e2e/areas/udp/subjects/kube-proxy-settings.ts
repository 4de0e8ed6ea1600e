/** kube-proxy's configuration for a release, and whether that release may stand beside this API server. Pure. */
import { dump, load } from 'js-yaml';

/** The configuration with these feature gates on; throws when the text is no configuration. */
export function configWithGates(text: string, gates: readonly string[]): string {
  const config = load(text) as Readonly<Record<string, unknown>> | null | undefined;
  if (config === null || typeof config !== 'object' || config['kind'] !== 'KubeProxyConfiguration')
    throw new Error('config.conf of ConfigMap kube-system/kube-proxy is no KubeProxyConfiguration');
  const present = (config['featureGates'] ?? {}) as Readonly<Record<string, boolean>>;
  return dump({ ...config, featureGates: { ...present, ...Object.fromEntries(gates.map((gate) => [gate, true])) } });
}

/**
 * A remark when the pair is outside the version skew policy: kube-proxy may be up to three minors older than the API server and
 * never newer. It is judged all the same.
 */
export function skewRemark(server: string, proxy: string | undefined): string | undefined {
  const [ofServer, ofProxy] = [minor(server), proxy === undefined ? undefined : minor(proxy)];
  if (ofServer === undefined || ofProxy === undefined) return undefined;
  if (ofProxy <= ofServer && ofServer - ofProxy <= 3) return undefined;
  return `outside the version skew policy: kube-proxy ${proxy ?? ''} beside an API server ${server}; judged all the same`;
}

/** By which programs it deletes rows: up to 1.31 it ran the conntrack tool, since then it asks the kernel itself. */
export function kubeProxyPrograms(version: string): readonly string[] {
  const own = ['kube-proxy'];
  return (minor(version) ?? Infinity) <= 31 ? [...own, 'conntrack'] : own;
}

function minor(version: string): number | undefined {
  const [, digits] = /^v?1\.(\d+)\./.exec(version) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
