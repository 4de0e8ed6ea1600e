/** Service proxies in the objects of a cluster, one statement a node. Pure: nothing is asked, and what is not told stays untold. */
import { load } from 'js-yaml';
import {
  flagIn,
  imageParts,
  type RunningProduct,
  type SeenCluster,
  type SeenContainer,
  type SeenPod,
} from '../../../harness/area/running.ts';

/** Where kube-proxy's configuration is: as kubeadm names it, and as EKS does. */
const CONFIGS = ['kube-system/kube-proxy', 'kube-system/kube-proxy-config'];

/** Proxies that other projects bring, by the name of their image. */
const others: Readonly<Record<string, string>> = {
  kpng: 'kpng',
  'antrea-agent-ubuntu': 'antrea-proxy',
  'antrea-agent-ubi': 'antrea-proxy',
  'kube-router': 'kube-router',
  'ovn-kube-u': 'ovn-kubernetes',
  'ovn-kube': 'ovn-kubernetes',
};

export function runningProxies(seen: SeenCluster): readonly RunningProduct[] {
  const pods = seen.pods.filter(({ phase, node }) => node !== undefined && phase !== 'Succeeded' && phase !== 'Failed');
  const found = pods.flatMap((pod) =>
    pod.containers.flatMap((container) => {
      const one = proxyIn(pod, container, seen);
      return one === undefined ? [] : [{ role: 'service proxy', node: pod.node ?? '', ...one } as const];
    }),
  );
  const served = new Set(found.map(({ node }) => node));
  // k3s runs the proxy inside its own process: no pod shows it, and its version is that of the kubelet.
  const embedded = seen.nodes.filter(({ name, kubeletVersion }) => /\+k3s\d/.test(kubeletVersion) && !served.has(name));
  return [
    ...found,
    ...embedded.map(({ name, kubeletVersion }): RunningProduct => ({
      ...{ product: 'kube-proxy', role: 'service proxy', node: name, version: kubeletVersion, mode: undefined },
      told: `kubelet ${kubeletVersion}: k3s runs the proxy in its own process, whose mode the API does not tell`,
    })),
  ];
}

type Told = Pick<RunningProduct, 'product' | 'version' | 'mode' | 'told'>;

function proxyIn(pod: SeenPod, container: SeenContainer, seen: SeenCluster): Told | undefined {
  const { base, tag } = imageParts(container.image);
  if (isKubeProxy(pod, container, base)) return kubeProxy(container, tag, seen);
  if (/^cilium(-ci)?$/.test(base) && container.name === 'cilium-agent') return cilium(container, tag, seen);
  const product = pod.owner === 'DaemonSet' ? others[base] : undefined;
  return product === undefined
    ? undefined
    : { product, version: tag, mode: undefined, told: `image ${container.image}` };
}

/** RKE2 and Talos run it from an image of many programs: there the command tells. */
function isKubeProxy({ owner }: SeenPod, { name, argv }: SeenContainer, base: string): boolean {
  if (owner !== 'DaemonSet' && owner !== 'Node') return false;
  return (
    /^kube-proxy(-(amd64|arm64|windows))?$/.test(base) || (name === 'kube-proxy' && commandOf(argv) === 'kube-proxy')
  );
}

function kubeProxy(container: SeenContainer, tag: string | undefined, seen: SeenCluster): Told {
  const told = [`image ${container.image}`];
  const [command = ''] = container.argv;
  // A program that was put on the node is another one than the image's.
  const foreign = command.startsWith('/') && !/^\/(usr\/local\/bin|usr\/bin|bin)?\/?kube-proxy$/.test(command);
  if (foreign) told.push(`but it runs ${command}, whose version the API does not tell`);
  const { mode, where } = modeOf(container.argv, seen);
  told.push(where);
  return { product: 'kube-proxy', version: foreign ? undefined : tag, mode, told: told.join('; ') };
}

/** Its flag, else its configuration, else, without either, its own default. A configuration file wins over the flag. */
function modeOf(
  argv: readonly string[],
  { configs }: SeenCluster,
): { readonly mode: string | undefined; readonly where: string } {
  if (flagIn(argv, 'config') === undefined) {
    const flag = flagIn(argv, 'proxy-mode');
    return {
      mode: named(flag ?? ''),
      where: flag === undefined ? 'no --proxy-mode: its default' : `--proxy-mode=${flag}`,
    };
  }
  for (const name of CONFIGS) {
    const data = configs[name];
    if (data === undefined) continue;
    const mode = Object.values(data)
      .map(modeInConfig)
      .find((one) => one !== undefined);
    if (mode !== undefined) return { mode: named(mode), where: `mode of ConfigMap ${name}` };
  }
  return { mode: undefined, where: 'its configuration could not be read, so its mode is not known' };
}

/** The mode of a KubeProxyConfiguration, empty where it leaves it to the default; undefined for any other text. */
function modeInConfig(text: string): string | undefined {
  let config: unknown;
  try {
    config = load(text);
  } catch {
    return undefined;
  }
  const { kind, mode = '' } = (config ?? {}) as { readonly kind?: unknown; readonly mode?: unknown };
  return kind === 'KubeProxyConfiguration' && (typeof mode === 'string' || mode === null) ? (mode ?? '') : undefined;
}

/** On Linux an empty mode is iptables, in every release so far. */
function named(mode: string): string {
  return mode === '' ? 'iptables' : mode.toLowerCase();
}

function cilium(container: SeenContainer, tag: string | undefined, { configs }: SeenCluster): Told | undefined {
  const data = configs['kube-system/cilium-config'];
  const replaces = flagIn(container.argv, 'kube-proxy-replacement') ?? data?.['kube-proxy-replacement'];
  if (replaces !== undefined && !['true', 'strict', 'partial', 'probe'].includes(replaces)) return undefined;
  const where =
    replaces === undefined
      ? 'whether it serves Services is not known: cilium-config could not be read, or does not say'
      : `kube-proxy-replacement: ${replaces}`;
  const mode = replaces === undefined ? undefined : 'kube-proxy-replacement';
  return { product: 'cilium', version: tag, mode, told: `image ${container.image}; ${where}` };
}

function commandOf(argv: readonly string[]): string {
  return (argv[0] ?? '').split('/').at(-1) ?? '';
}
