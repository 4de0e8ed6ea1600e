/** What runs on a cluster that is only looked at: objects as the API gave them, cut down, and the products that an area knows in them. */

export interface SeenContainer {
  readonly name: string;
  readonly image: string;
  /** Command and arguments. */
  readonly argv: readonly string[];
}

export interface SeenHostPort {
  readonly protocol: string;
  readonly hostIp: string;
  readonly hostPort: number;
  readonly containerPort: number;
}

export interface SeenPod {
  readonly namespace: string;
  readonly name: string;
  /** Absent while it is not scheduled. */
  readonly node: string | undefined;
  readonly hostNetwork: boolean;
  /** `Pending`, `Running`, `Succeeded`, `Failed`, `Unknown`. */
  readonly phase: string;
  readonly ips: readonly string[];
  /** Kind of the controller that owns it: `DaemonSet`, `ReplicaSet`, `Node` for a static pod; empty without one. */
  readonly owner: string;
  readonly containers: readonly SeenContainer[];
  readonly hostPorts: readonly SeenHostPort[];
}

export interface SeenNode {
  readonly name: string;
  /** As the kubelet says it: `v1.31.4+k3s1`. */
  readonly kubeletVersion: string;
  readonly operatingSystem: string;
  readonly addresses: readonly string[];
  readonly podCidrs: readonly string[];
}

export interface SeenCluster {
  readonly nodes: readonly SeenNode[];
  readonly pods: readonly SeenPod[];
  /** Data of the ConfigMaps that were asked for, by `namespace/name`; one that is not there, or that may not be read, is absent. */
  readonly configs: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export type Role = 'service proxy' | 'policy agent' | 'pod network' | 'host ports' | 'capture controller';

/** One product on one node, as far as the API tells. */
export interface RunningProduct {
  /** As compatibility data names it. */
  readonly product: string;
  readonly role: Role;
  readonly node: string;
  /** As found, vendor's suffix and all; undefined where the API does not tell it. */
  readonly version: string | undefined;
  /** Empty for a product without modes; undefined where the API does not tell it. */
  readonly mode: string | undefined;
  /** Where version and mode stand: `image registry.example/kube-proxy:v1.31.0`. */
  readonly told: string;
}

/** Name of an image without registry and folder, and its tag or, without one, nothing: a digest tells no version. */
export function imageParts(image: string): { readonly base: string; readonly tag: string | undefined } {
  const [plain = ''] = image.split('@');
  const last = plain.split('/').at(-1) ?? '';
  const colon = last.indexOf(':');
  return colon < 0 ? { base: last, tag: undefined } : { base: last.slice(0, colon), tag: last.slice(colon + 1) };
}

/** The last `--name=value` or `--name value`, as pflag takes it; undefined when it is not there or has no value. */
export function flagIn(argv: readonly string[], name: string): string | undefined {
  for (let index = argv.length - 1; index >= 0; index -= 1) {
    const word = argv[index] ?? '';
    if (word.startsWith(`--${name}=`)) return word.slice(name.length + 3);
    if (word === `--${name}`) return argv[index + 1];
  }
  return undefined;
}
