/** PacketCaptures, pods and files of a cluster, for the command that collects them. */
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';
import type { KubeApi } from '../../../harness/cluster/cluster.ts';
import { ForeignNameError, isBelow } from '../../../harness/run/contained-path.ts';

interface PacketCapture extends KubernetesObject {
  readonly status?: {
    readonly captures?: readonly {
      readonly epoch: number;
      readonly podName: string;
      readonly podUID: string;
      readonly nodeName: string;
      readonly startedAt: string;
      readonly endedAt?: string;
      readonly endReason?: string;
      readonly packets: number;
      readonly bytes: number;
      readonly file: string;
    }[];
  };
}
interface Pod extends KubernetesObject {
  readonly spec: { readonly nodeName?: string };
  readonly status?: { readonly phase?: string; readonly podIP?: string };
}
const NAMESPACE = 'packet-capture-system';
/** Where the agent's manifest mounts the node's captures: nothing else of a node is fetched, whatever a status says. */
const FOLDER = '/var/lib/packet-capture';
const AGENT = 'app.kubernetes.io/name=packet-capture-agent';

export function listCaptures(api: KubeApi, namespace: string | undefined): Promise<readonly PacketCapture[]> {
  return api.list<PacketCapture>(
    'capture.staleproof.dev/v1alpha1',
    'PacketCapture',
    namespace === undefined ? {} : { namespace },
  );
}

/** A heading and a line for each pod, by namespace and name. */
export async function listPods(api: KubeApi, namespace: string | undefined): Promise<readonly string[]> {
  const pods = await api.list<Pod>('v1', 'Pod', namespace === undefined ? {} : { namespace });
  const lines = pods.map(({ metadata, spec, status }) =>
    [
      metadata.namespace,
      metadata.name,
      metadata.uid,
      spec.nodeName ?? '-',
      status?.podIP ?? '-',
      status?.phase ?? '-',
    ].join(' '),
  );
  return ['NAMESPACE NAME UID NODE IP PHASE', ...lines.sort()];
}

/** The agent's pod on a node; undefined when there is none. */
export async function agentOn(api: KubeApi, node: string): Promise<string | undefined> {
  const pods = await api.list<Pod>('v1', 'Pod', { namespace: NAMESPACE, labelSelector: AGENT });
  return pods.find((pod) => pod.spec.nodeName === node && pod.status?.phase === 'Running')?.metadata.name;
}

/**
 * Paths of a capture on its node: its own, or those of its ring. None when the agent or the files are gone. Throws
 * ForeignNameError for a path outside of the folder of captures.
 */
export async function partsOnAgent(api: KubeApi, agent: string | undefined, path: string): Promise<readonly string[]> {
  if (!isBelow(FOLDER, path))
    throw new ForeignNameError(`capture file ${JSON.stringify(path)} on a node: expected a path below ${FOLDER}`);
  if (agent === undefined) return [];
  const script = 'ls -1 "$1" "$1"[0-9]* 2>/dev/null; true';
  const { stdout } = await api.exec({ namespace: NAMESPACE, name: agent }, ['sh', '-c', script, 'sh', path]);
  return stdout.split('\n').filter((line) => line !== '');
}

/** A file through the agent, which has the folder mounted; undefined when the agent or the file is gone. */
export async function readFromAgent(
  api: KubeApi,
  agent: string | undefined,
  path: string,
): Promise<Uint8Array | undefined> {
  if (agent === undefined) return undefined;
  const { code, stdout } = await api.exec({ namespace: NAMESPACE, name: agent }, ['base64', '-w0', path], {
    timeoutMs: 120_000,
  });
  return code === 0 ? Buffer.from(stdout, 'base64') : undefined;
}
