/** kpng from an image of the user's: every backend, in one process or two, with rights of its own. */
import { readFile } from 'node:fs/promises';
import type { Cluster } from '../../../harness/cluster/cluster.ts';
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';
import { removeLeftovers, wantedFeatures } from './kpng-node.ts';
import {
  kpngCapabilities,
  kpngPlaceholders,
  type KpngBackend,
  type KpngDefect,
  type KpngModel,
} from './kpng-arguments.ts';
import type { DaemonSet } from './kube-proxy-template.ts';
import { kpngVersion } from './kpng-version.ts';
import { reachesApi } from './reaches-api.ts';
import type { ServiceProxy } from './service-proxy.ts';
import type { SubjectContext } from '../../../harness/subject/subject.ts';

const NAMESPACE = 'kube-system';
const LABEL = 'app=kpng';
const NODE_LABEL = { 'kube-proxy': 'kpng' };
const READY_MS = 120_000;
/** Which backend and model the DaemonSet runs. */
const SUBJECT = 'staleproof.dev/subject';

interface Pod extends KubernetesObject {
  readonly spec: { readonly nodeName?: string; readonly containers: readonly { readonly name: string }[] };
}

export function kpng(backend: KpngBackend, model: KpngModel, defect?: KpngDefect): ServiceProxy {
  const name = `kpng-${backend}${model === 'split' ? '-split' : ''}${defect === undefined ? '' : `+${defect}`}`;
  return {
    name,
    kind: 'service-proxy',
    clusterNeeds: { kubeProxyMode: 'none' },
    ...(backend === 'ipvs' ? { kernelNeeds: ['ipvs'] } : {}),
    pods: { namespace: NAMESPACE, labelSelector: LABEL },
    async preflight(context) {
      const missing =
        imageOf(context) === undefined ? ['--kpng-image: kpng is in no registry, its image is yours'] : [];
      return [...missing, ...(await wantedFeatures(context, backend))];
    },
    async install(context) {
      const { cluster, signal } = context;
      const image = imageOf(context) ?? '';
      const running = await cluster.api.get<KubernetesObject>('apps/v1', 'DaemonSet', 'kpng', NAMESPACE, signal);
      const other = running?.metadata.annotations?.[SUBJECT] ?? name;
      // A kept cluster may have another backend's tables; two in one kernel would both translate.
      if (other !== name) await takeAway(context);
      await cluster.loadImage(image, signal);
      const nodes = await cluster.nodes();
      for (const node of nodes)
        await cluster.api.patch(
          { apiVersion: 'v1', kind: 'Node', name: node.name },
          { metadata: { labels: NODE_LABEL } },
          signal,
        );
      const values = kpngPlaceholders({
        subject: name,
        image,
        backend,
        model,
        ...(defect === undefined ? {} : { defect }),
        clusterCidrs: podNetworks(nodes.flatMap(({ podCidrs }) => podCidrs)),
        apiServer: await apiServer(cluster),
      });
      for (const file of ['rbac', `${model}-process`]) {
        const path = new URL(`../../../../manifests/kpng/${file}.yaml`, import.meta.url);
        await cluster.api.applyYaml(await readFile(path, 'utf8'), values, signal);
      }
      await rolledOut(context);
      const silent = await reachesApi(context, 30_000);
      if (silent !== undefined) throw new Error(`kpng runs, but ${silent}`);
    },
    remove: takeAway,
    capabilities: () => Promise.resolve(kpngCapabilities(backend)),
    // It deletes rows by the conntrack tool, a child of its own.
    programs: () => ['kpng', 'conntrack'],
    async info(context) {
      const version = kpngVersion(await saidVersion(context), imageOf(context));
      return {
        name,
        kind: 'service-proxy',
        product: 'kpng',
        version,
        mode: backend,
        versions: { kpng: imageOf(context) ?? 'no image' },
        remarks: [
          `backend ${backend}, ${model === 'single' ? 'one process a node' : 'two processes a node with a unix socket between them'}, image given by --kpng-image`,
          ...(version === undefined
            ? ['neither `kpng version` nor the image’s tag names the commit, so no known defect can be matched']
            : []),
          ...(defect === undefined ? [] : ['known-bad on purpose: started with a PATH that lacks the conntrack tool']),
        ],
      };
    },
    async logs({ cluster }) {
      const pods = await cluster.api.list<Pod>('v1', 'Pod', { namespace: NAMESPACE, labelSelector: LABEL });
      const texts = pods.flatMap(({ metadata, spec }) =>
        spec.containers.map(async ({ name: container }) => {
          const ref = { namespace: NAMESPACE, name: metadata.name, container };
          const text = await cluster.api.logs(ref, { tailLines: 5000 }).catch((error: unknown) => String(error));
          return [`${metadata.name} ${container} (${spec.nodeName ?? 'no node'})`, text] as const;
        }),
      );
      return Object.fromEntries(await Promise.all(texts));
    },
  };
}

/** What the program says of itself in one of its pods; empty when it says nothing. */
async function saidVersion({ cluster, signal }: SubjectContext): Promise<string> {
  const [pod] = await cluster.api.list<Pod>('v1', 'Pod', { namespace: NAMESPACE, labelSelector: LABEL }, signal);
  if (pod === undefined) return '';
  const ref = { namespace: NAMESPACE, name: pod.metadata.name, container: 'kpng' };
  const answer = await cluster.api.exec(ref, ['kpng', 'version'], { signal, timeoutMs: 10_000 }).catch(() => undefined);
  return answer?.code === 0 ? answer.stdout : '';
}

/** Without its pods nobody writes rules any more; then those that they left go too. */
async function takeAway(context: SubjectContext): Promise<void> {
  const { cluster, signal } = context;
  const keys = [
    { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'kpng', namespace: NAMESPACE },
    { apiVersion: 'v1', kind: 'ConfigMap', name: 'kpng', namespace: NAMESPACE },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', name: 'kpng' },
    { apiVersion: 'v1', kind: 'ServiceAccount', name: 'kpng', namespace: NAMESPACE },
  ];
  for (const key of keys) await cluster.api.delete(key, { signal });
  await cluster.api.waitFor<Pod, true>(
    { apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE, labelSelector: LABEL },
    (pods) => (pods.length === 0 ? true : undefined),
    { timeoutMs: READY_MS, signal, what: 'all pods of kpng are gone' },
  );
  await removeLeftovers(context);
}

function imageOf(context: SubjectContext): string | undefined {
  const image = context.options.kpngImage;
  return typeof image === 'string' && image !== '' ? image : undefined;
}

/** kpng wants the pod network as a whole; nodes tell only their own part of it: /24 of a /16, /64 of a /56. */
export function podNetworks(nodeCidrs: readonly string[]): readonly string[] {
  const wide = nodeCidrs.map((cidr) => {
    const [address = ''] = cidr.split('/');
    return address.includes(':')
      ? `${address.split(':').slice(0, 3).join(':')}::/48`
      : `${address.split('.').slice(0, 2).join('.')}.0.0/16`;
  });
  return [...new Set(wide)].sort();
}

async function apiServer(cluster: Cluster): Promise<string> {
  const nodes = await cluster.nodes();
  const address = nodes.find((node) => node.controlPlane)?.addresses[cluster.primaryFamily];
  if (address === undefined)
    throw new Error('kpng needs the address of a control-plane node, and the cluster shows none');
  return `https://${address.includes(':') ? `[${address}]` : address}:6443`;
}

async function rolledOut({ cluster, signal }: SubjectContext): Promise<void> {
  await cluster.api.waitFor<DaemonSet, true>(
    { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: NAMESPACE, name: 'kpng' },
    ([found]) => {
      const status = found?.status;
      const current = (status?.observedGeneration ?? 0) >= (found?.metadata.generation ?? 1);
      const desired = status?.desiredNumberScheduled ?? 0;
      const updated = status?.updatedNumberScheduled ?? 0;
      return current && desired > 0 && updated === desired && status?.numberReady === desired ? true : undefined;
    },
    { timeoutMs: READY_MS, signal, what: 'DaemonSet kpng is rolled out on every node' },
  );
}
