/** Antrea's PacketCapture in a cluster that runs Antrea: found, never installed, for it is the cluster's pod network. */
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';
import {
  ANTREA_API,
  ANTREA_NAMESPACE,
  antreaName,
  antreaObject,
  antreaView,
  type AntreaCapture,
} from './capture-antrea-object.ts';
import type { CaptureCapability } from './kind.ts';
import { fetchPodFile } from './capture-pod-file.ts';
import type { CaptureSubject } from './capture-subject.ts';
import type { SubjectContext } from '../../../harness/subject/subject.ts';

const CRD = 'packetcaptures.crd.antrea.io';
const DAEMON_SET = 'antrea-agent';
const CONTAINER = 'antrea-agent';
// No `live-file`: its writer keeps packets back until the end. No `reasons`: a missing pod or a hostNetwork pod is only Pending.
const CAN: readonly CaptureCapability[] = ['limits'];
const LABEL = 'app=antrea,component=antrea-agent';

interface AgentPod extends KubernetesObject {
  readonly spec: { readonly nodeName?: string };
}
interface AgentSet extends KubernetesObject {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly Container[] } } };
}
interface Container {
  readonly name: string;
  readonly image: string;
}
interface ConfigMap extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

export const antreaCapture: CaptureSubject = {
  name: 'antrea@installed',
  kind: 'packet-capture',
  can: CAN,
  // Not own-agents: without its agents the cluster has no pod network, and every spec on it would fail for that.
  agents: undefined,
  controller: undefined,
  preflight: antreaMissing,
  install: () => Promise.resolve(),
  remove: () => Promise.resolve(),
  capabilities: () => Promise.resolve(CAN),
  info: async (context) => ({
    name: 'antrea@installed',
    kind: 'packet-capture',
    versions: { 'antrea-agent image': (await agentImage(context)) ?? 'not found' },
    remarks: ['the Antrea that the cluster runs; it was neither installed nor changed'],
  }),
  logs: async ({ cluster, signal }) => {
    const pods = await cluster.api.list('v1', 'Pod', { namespace: ANTREA_NAMESPACE, labelSelector: LABEL }, signal);
    const texts = pods.map(async ({ metadata: { name } }) => {
      const ref = { namespace: ANTREA_NAMESPACE, name, container: CONTAINER };
      return [name, await cluster.api.logs(ref, { tailLines: 5000, signal }).catch(String)] as const;
    });
    return Object.fromEntries(await Promise.all(texts));
  },
  apply: async (cluster, request, signal) => {
    await cluster.api.apply(antreaObject(request, cluster.primaryFamily), signal);
  },
  view: async (cluster, namespace, name, signal) => {
    const object = antreaName(namespace, name);
    const found = await cluster.api.get<AntreaCapture>(ANTREA_API, 'PacketCapture', object, undefined, signal);
    if (found === undefined) return undefined;
    const options = { namespace: ANTREA_NAMESPACE, labelSelector: LABEL };
    const pods = await cluster.api.list<AgentPod>('v1', 'Pod', options, signal);
    return antreaView(found, (pod) => pods.find(({ metadata }) => metadata.name === pod)?.spec.nodeName ?? 'unknown');
  },
  delete: (cluster, namespace, name, signal) =>
    cluster.api.delete(
      { apiVersion: ANTREA_API, kind: 'PacketCapture', name: antreaName(namespace, name) },
      { wait: false, signal },
    ),
  fetch: (cluster, file, signal) => fetchPodFile(cluster, file.path, CONTAINER, signal),
  apiAnswers: () => Promise.resolve(undefined),
};

/** One line for each thing that keeps the cluster's Antrea from capturing. */
export async function antreaMissing({ cluster, signal }: SubjectContext): Promise<readonly string[]> {
  const crd = await cluster.api.get('apiextensions.k8s.io/v1', 'CustomResourceDefinition', CRD, undefined, signal);
  const agents = await cluster.api.get('apps/v1', 'DaemonSet', DAEMON_SET, ANTREA_NAMESPACE, signal);
  if (agents === undefined)
    return [
      `DaemonSet ${ANTREA_NAMESPACE}/${DAEMON_SET}: Antrea is a pod network, so it is judged on a cluster that runs it (--provider existing)`,
    ];
  const config = await cluster.api.get<ConfigMap>('v1', 'ConfigMap', 'antrea-config', ANTREA_NAMESPACE, signal);
  const enabled = /^\s*PacketCapture:\s*true\b/m.test(config?.data?.['antrea-agent.conf'] ?? '');
  return [
    ...(crd === undefined ? [`CustomResourceDefinition ${CRD}: Antrea has it since v2.2`] : []),
    ...(enabled
      ? []
      : [
          `featureGates PacketCapture: true in antrea-agent.conf of ConfigMap ${ANTREA_NAMESPACE}/antrea-config (off by default)`,
        ]),
  ];
}

async function agentImage({ cluster, signal }: SubjectContext): Promise<string | undefined> {
  const set = await cluster.api.get<AgentSet>('apps/v1', 'DaemonSet', DAEMON_SET, ANTREA_NAMESPACE, signal);
  return set?.spec.template.spec.containers.find(({ name }) => name === CONTAINER)?.image;
}
