/** The agent of one node: its pod, its process, its log, its map. Reads only. */
import type { ClusterNode, KubeApi } from '../../../harness/cluster/cluster.ts';
import { InfrastructureError } from '../../../harness/run/verdict-errors.ts';
import { NpaLogFollower } from './npa-log-follower.ts';
import { parseNpaLogLine } from './npa-log.ts';
import { type AgentPod, type NpaSettings, npaSettings } from './npa-settings.ts';
import { type NpaMapKey, decodeNpaMapKey, readPrintedMapKeys } from './npa-map-key.ts';

export const npaDefaults = { namespace: 'kube-system', podLabel: 'app=network-policy-agent' };
export const npaContainer = 'aws-eks-nodeagent';

/** Where versions write their log, newest habit first (upstream's README names /var/run, which no version used). */
const logPaths = [
  '/var/log/aws-routed-eni/network-policy-agent.log',
  '/var/run/aws-routed-eni/network-policy-agent.log',
];
const mapPin = '/sys/fs/bpf/globals/aws/maps/global_aws_conntrack_map';
/** Folders of a node in which the agent leaves its own command line tool. */
const toolFolders = ['/var/lib/staleproof/npa-installed', '/opt/cni/bin'];

export interface NpaAgentOptions {
  readonly npaNamespace?: unknown;
  readonly npaPodLabel?: unknown;
}

export interface FoundAgent {
  readonly name: string;
  readonly container: string;
  readonly id: string;
  readonly restarts: number;
  readonly ready: boolean;
  readonly settings: NpaSettings;
}

export class NpaAgent {
  readonly node: ClusterNode;
  private readonly api: KubeApi;
  private readonly namespace: string;
  private readonly label: string;

  constructor(api: KubeApi, node: ClusterNode, options: NpaAgentOptions) {
    this.api = api;
    this.node = node;
    this.namespace = typeof options.npaNamespace === 'string' ? options.npaNamespace : npaDefaults.namespace;
    this.label = typeof options.npaPodLabel === 'string' ? options.npaPodLabel : npaDefaults.podLabel;
  }

  /** Throws InfrastructureError when the node has none. */
  async pod(signal: AbortSignal): Promise<FoundAgent> {
    const query = {
      namespace: this.namespace,
      labelSelector: this.label,
      fieldSelector: `spec.nodeName=${this.node.name}`,
    };
    const pods = await this.api.list<AgentPod>('v1', 'Pod', query, signal);
    const pod = pods.find((candidate) => candidate.metadata.deletionTimestamp === undefined);
    if (pod === undefined)
      throw new InfrastructureError(
        `no network policy agent on ${this.node.name}: expected a pod labelled ${this.label} in ${this.namespace}, found none; name it by --npa-namespace and --npa-pod-label`,
      );
    const names = pod.spec?.containers?.map(({ name }) => name) ?? [];
    const container = names.includes(npaContainer) ? npaContainer : (names[0] ?? npaContainer);
    const status = pod.status?.containerStatuses?.find(({ name }) => name === container);
    return {
      name: pod.metadata.name,
      container,
      id: (status?.containerID ?? '').replace(/^\w+:\/\//, ''),
      restarts: status?.restartCount ?? 0,
      ready: status?.ready ?? false,
      settings: npaSettings(pod, container),
    };
  }

  /** The process id on the node. Throws InfrastructureError when the container runs none. */
  async pid(signal: AbortSignal): Promise<number> {
    const { id, name } = await this.pod(signal);
    const script = `for c in /proc/[0-9]*/cgroup; do grep -qs ${id} "$c" && echo "$c" && break; done`;
    const text = id === '' ? '' : await this.node.run(['sh', '-c', script], { signal, timeoutMs: 20_000 });
    const pid = Number(/\/proc\/(\d+)\//.exec(text)?.[1]);
    if (!Number.isInteger(pid))
      throw new InfrastructureError(`no process of ${name} on ${this.node.name} (container ${id})`);
    return pid;
  }

  /** What its flags name, else where versions are known to write, else its container's log as the kubelet keeps it. */
  async logPath(signal: AbortSignal): Promise<string> {
    const { name, container, settings } = await this.pod(signal);
    const known = settings.log === undefined ? logPaths : settings.log === 'container' ? [] : [settings.log];
    for (const path of known)
      if ((await this.node.exec(['test', '-s', path], { signal, timeoutMs: 10_000 })).code === 0) return path;
    const pattern = `/var/log/pods/${this.namespace}_${name}_*/${container}/*.log`;
    const newest = `ls -t ${pattern} 2>/dev/null | head -n 1`;
    const path = (await this.node.run(['sh', '-c', newest], { signal, timeoutMs: 10_000 })).trim();
    if (path !== '') return path;
    throw new InfrastructureError(
      `no log of the agent on ${this.node.name}: looked for ${[...known, pattern].join(', ')}`,
    );
  }

  /** What the running process says of its version when it starts; undefined where its log does not, or no longer, tell. */
  async version(signal: AbortSignal): Promise<string | undefined> {
    const script = `grep -ah 'Starting network policy agent' ${await this.logPath(signal)} | tail -n 1`;
    const line = parseNpaLogLine((await this.node.run(['sh', '-c', script], { signal, timeoutMs: 20_000 })).trim());
    return line?.type === 'start' ? line.version : undefined;
  }

  /**
   * What the running process says of denied TCP connections: whether it shortens their rows in the kernel's table, or why not;
   * undefined where it says nothing of it, as before 1.5.0.
   */
  async wordOnDenied(signal: AbortSignal): Promise<string | undefined> {
    const forms = 'Denied TCP connections will|Kernel lacks the conntrack kfuncs|ctdeny.bpf.o failed to load';
    const script = `grep -ahE 'Starting network policy agent|${forms}' ${await this.logPath(signal)} | tail -n 20`;
    const text = await this.node.run(['sh', '-c', script], { signal, timeoutMs: 20_000 });
    const sinceStart = text.slice(Math.max(0, text.lastIndexOf('Starting network policy agent')));
    return [...sinceStart.matchAll(/"msg":"((?:Denied TCP|Kernel lacks|\S+ctdeny)[^"]*)"/g)].at(-1)?.[1];
  }

  /** From now on, without the lines that match `except`; the caller stops it. */
  async followLog(signal: AbortSignal, except: string): Promise<NpaLogFollower> {
    // A pass over much ballast writes 100,000 lines a second: the node drops them sooner than we could.
    const script = `tail -n 0 -F ${await this.logPath(signal)} 2>/dev/null | grep --line-buffered -v -E '${except}'`;
    const process = await this.node.spawn(['sh', '-c', script], { signal });
    return new NpaLogFollower(process, `agent on ${this.node.name}`);
  }

  /** Every key of the agent's conntrack map, by the agent's own tool, or by bpftool where that is not there. */
  async mapKeys(signal: AbortSignal): Promise<readonly NpaMapKey[]> {
    const options = { signal, timeoutMs: 60_000 };
    const tools = toolFolders.flatMap((folder) => [`${folder}/aws-eks-na-cli`, `${folder}/aws-eks-na-cli-v6`]);
    const find = `for t in ${tools.join(' ')}; do test -x $t && $t ebpf loaded-ebpfdata >/tmp/.npa-maps 2>/dev/null && grep -q conntrack /tmp/.npa-maps && { echo $t; cat /tmp/.npa-maps; break; }; done; true`;
    const text = await this.node.run(['sh', '-c', find], options);
    const id = /Map Name:\s+\S*conntrack\S*\s+Map ID:\s+(\d+)/.exec(text)?.[1];
    const tool = text.split('\n')[0];
    const ownTool = id !== undefined && tool !== undefined && tool !== '';
    if (ownTool) {
      const printed = [...readPrintedMapKeys(await this.node.run([tool, 'ebpf', 'dump-maps', id], options))];
      if (printed.length > 0) return printed;
    }
    // The agent's tool prints nothing of a map that is empty, and nothing of one whose type it does not expect.
    const dump = await this.node.exec(['bpftool', '-j', 'map', 'dump', 'pinned', mapPin], options);
    if (dump.code !== 0 && ownTool) return [];
    if (dump.code !== 0)
      throw new InfrastructureError(
        `cannot read the agent's map on ${this.node.name}: ${text.slice(0, 200)} ${dump.stderr.slice(0, 200)}`,
      );
    const rows = JSON.parse(dump.stdout) as readonly { readonly key: readonly string[] }[];
    return rows.map(({ key }) => decodeNpaMapKey(Uint8Array.from(key, (byte) => Number(byte))));
  }
}
