/** What an agent's own pod says about it: flags with upstream's defaults, and where its log is on the node. Pure. */
import { flagIn } from '../../../harness/area/running.ts';
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';

export interface AgentPod extends KubernetesObject {
  readonly spec?: {
    readonly nodeName?: string;
    readonly containers?: readonly AgentContainer[];
    readonly volumes?: readonly { readonly name: string; readonly hostPath?: { readonly path: string } }[];
  };
  readonly status?: {
    readonly containerStatuses?: readonly {
      readonly name: string;
      readonly containerID?: string;
      readonly restartCount?: number;
      readonly ready?: boolean;
    }[];
  };
}

interface AgentContainer {
  readonly name: string;
  readonly args?: readonly string[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
}

export interface NpaSettings {
  /** `--conntrack-cache-cleanup-period`; 300 s where it is not given. */
  readonly cleanupPeriodMs: number;
  /** `--conntrack-cache-table-size`; 524,288 where it is not given. */
  readonly mapSize: number;
  /** `--log-level` as given; what it is by default depends on the version. */
  readonly logLevel: string | undefined;
  /** Path on the node of what `--log-file` names, `container` where it logs to its streams, undefined where nothing says. */
  readonly log: string | undefined;
}

export function npaSettings(pod: AgentPod, container: string): NpaSettings {
  const found = pod.spec?.containers?.find(({ name }) => name === container);
  const flag = (name: string): string | undefined => flagIn(found?.args ?? [], name);
  return {
    cleanupPeriodMs: numberOf('conntrack-cache-cleanup-period', flag) * 1000,
    mapSize: numberOf('conntrack-cache-table-size', flag),
    logLevel: flag('log-level')?.toLowerCase(),
    log: logOf(pod, found, flag('log-file')),
  };
}

const defaults = { 'conntrack-cache-cleanup-period': 300, 'conntrack-cache-table-size': 524_288 } as const;

/** Whole numbers only; the agent takes nothing else, so another word means that its flags are not what they seem. */
function numberOf(name: keyof typeof defaults, flag: (name: string) => string | undefined): number {
  const given = flag(name);
  if (given === undefined) return defaults[name];
  if (!/^\d+$/.test(given)) throw new Error(`the agent's flag --${name} is "${given}", expected a whole number`);
  return Number(given);
}

function logOf(pod: AgentPod, container: AgentContainer | undefined, file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  // An empty name means stderr.
  if (file === '' || file === 'stdout' || file === 'stderr') return 'container';
  const mount = container?.volumeMounts
    ?.filter(({ mountPath }) => file.startsWith(`${mountPath}/`))
    .toSorted((a, b) => b.mountPath.length - a.mountPath.length)[0];
  const host = pod.spec?.volumes?.find(({ name }) => name === mount?.name)?.hostPath?.path;
  return mount === undefined || host === undefined ? undefined : host + file.slice(mount.mountPath.length);
}
