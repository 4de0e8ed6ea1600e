/** Node access where nodes are not containers of this machine: a privileged helper pod on each, see manifests/node-helper. */
import { readFile } from 'node:fs/promises';
import type { ClusterNode, ExecOptions, ExecResult, IpFamily, KubeApi, LineProcess, PodRef } from '../cluster.ts';
import type { KubernetesObject } from '../kubernetes-object.ts';
import { failedCommand, type NodeFacts } from '../node-facts.ts';

const manifest = new URL('../../../../manifests/node-helper/node-helper.yaml', import.meta.url);
const selector = 'app.kubernetes.io/name=node-helper';

interface HelperPod extends KubernetesObject {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** Nodes whose helper is not Ready. */
export function withoutHelper(nodes: readonly string[], pods: readonly HelperPod[]): readonly string[] {
  const ready = pods.filter(
    ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined &&
      status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true,
  );
  const there = new Set(ready.map(({ spec }) => spec?.nodeName));
  return nodes.filter((name) => !there.has(name));
}

/** Waits for the helpers of `nodes` only: a node that is NotReady has a pod that never is Ready. */
export async function installHelper(
  api: KubeApi,
  namespace: string,
  image: string,
  nodes: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  await api.applyYaml(await readFile(manifest, 'utf8'), { NAMESPACE: namespace, HELPER_IMAGE: image }, signal);
  await api
    .waitFor<HelperPod, true>(
      { apiVersion: 'v1', kind: 'Pod', namespace, labelSelector: selector },
      (pods) => (withoutHelper(nodes, pods).length === 0 ? true : undefined),
      {
        what: `the node helper runs on ${nodes.length} nodes (namespace ${namespace}, image ${image})`,
        timeoutMs: 120_000,
        signal,
      },
    )
    .catch(async (error: unknown) => {
      signal.throwIfAborted();
      throw new Error(`${(error as Error).message}; ${await whyNot(api, namespace)}`, { cause: error });
    });
}

/** A DaemonSet's status does not say what is wrong with its pods; the pods and their events do. */
async function whyNot(api: KubeApi, namespace: string): Promise<string> {
  interface Event extends KubernetesObject {
    readonly type?: string;
    readonly reason?: string;
    readonly message?: string;
  }
  const events = await api.list<Event>('v1', 'Event', { namespace }).catch(() => []);
  const warnings = new Set(
    events.filter((one) => one.type === 'Warning').map((one) => `${one.reason ?? ''}: ${one.message ?? ''}`),
  );
  return `warnings: ${[...warnings].slice(0, 4).join(' | ').slice(0, 600) || 'none'}`;
}

async function helperOn(api: KubeApi, namespace: string, node: string): Promise<PodRef> {
  const pods = await api.list<HelperPod>('v1', 'Pod', {
    namespace,
    labelSelector: selector,
    fieldSelector: `spec.nodeName=${node}`,
  });
  const pod = pods.find((one) => one.status?.phase === 'Running' && one.metadata.deletionTimestamp === undefined);
  if (pod === undefined) throw new Error(`no running node helper on node ${node} (namespace ${namespace})`);
  return { namespace, name: pod.metadata.name, container: 'helper' };
}

/** One command on a node; throws when it does not end with 0. */
export async function runOnNode(
  api: KubeApi,
  namespace: string,
  node: string,
  argv: readonly string[],
): Promise<string> {
  const result = await api.exec(await helperOn(api, namespace, node), onHost(argv));
  if (result.code !== 0) throw failedCommand(node, argv, result);
  return result.stdout;
}

/** One script on every node, with the helper image's own tools: what the kernel can is not what the node has installed. */
export async function runInHelpers(
  api: KubeApi,
  namespace: string,
  nodes: readonly string[],
  script: string,
): Promise<readonly string[]> {
  return Promise.all(
    nodes.map(async (node) => {
      const argv = ['unshare', '--net', '--mount', 'sh', '-c', script];
      return (await api.exec(await helperOn(api, namespace, node), argv, { timeoutMs: 60_000 })).stdout;
    }),
  );
}

/**
 * In the node's mount, UTS, IPC and network namespaces when the program exists there. A lean node has no conntrack or tcpdump;
 * then the helper image's own runs, in the node's network and process namespaces, where paths of files are the helper's.
 */
function onHost(argv: readonly string[]): string[] {
  const script =
    'if nsenter -t 1 -m -- sh -c \'command -v "$1" >/dev/null\' sh "$1" 2>/dev/null; then exec nsenter -t 1 -m -u -i -n -- "$@"; else exec "$@"; fi';
  return ['sh', '-c', script, 'sh', ...argv];
}

export class HelperNode implements ClusterNode {
  readonly name: string;
  readonly controlPlane: boolean;
  readonly addresses: Readonly<Partial<Record<IpFamily, string>>>;
  readonly podCidrs: readonly string[];
  readonly #api: KubeApi;
  readonly #namespace: string | undefined;
  readonly #why: string | undefined;
  #pod: Promise<PodRef> | undefined;

  /** Without a namespace there are no helpers, for the reason that `why` gives. */
  constructor(facts: NodeFacts, api: KubeApi, namespace: string | undefined, why?: string) {
    this.name = facts.name;
    this.controlPlane = facts.controlPlane;
    this.addresses = facts.addresses;
    this.podCidrs = facts.podCidrs;
    this.#api = api;
    this.#namespace = namespace;
    this.#why = why;
  }

  async exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult> {
    return this.#api.exec(await this.#helper(), onHost(argv), options);
  }

  async run(argv: readonly string[], options?: ExecOptions): Promise<string> {
    const result = await this.exec(argv, options);
    if (result.code !== 0) throw failedCommand(this.name, argv, result);
    return result.stdout;
  }

  async spawn(argv: readonly string[], options?: { readonly signal?: AbortSignal }): Promise<LineProcess> {
    return this.#api.spawn(await this.#helper(), onHost(argv), options);
  }

  async writeFile(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
    const script = 'set -e; mkdir -p "$(dirname "$1")"; base64 -d > "$1.new"; chmod "$2" "$1.new"; mv "$1.new" "$1"';
    await this.run(['sh', '-c', script, 'sh', path, mode.toString(8)], {
      stdin: Buffer.from(content).toString('base64'),
    });
  }

  async readFile(path: string): Promise<Uint8Array> {
    return Buffer.from(await this.run(['sh', '-c', 'base64 < "$1"', 'sh', path]), 'base64');
  }

  #helper(): Promise<PodRef> {
    if (this.#namespace === undefined)
      return Promise.reject(
        new Error(`node ${this.name}: no access to nodes: ${this.#why ?? 'helper pods were not asked for'}`),
      );
    this.#pod ??= helperOn(this.#api, this.#namespace, this.name).catch((error: unknown) => {
      this.#pod = undefined;
      throw error;
    });
    return this.#pod;
  }
}
