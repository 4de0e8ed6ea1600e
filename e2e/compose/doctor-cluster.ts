/** Doctor's rows about a cluster that is not ours. Reading only, but for a dry run that the server forgets again. */
import { areas } from '../areas/index.ts';
import type { Row } from '../../hack/doctor/check.ts';
import { type AccessAnswer, canI, checkAccess } from '../harness/cluster/access.ts';
import type { Cluster, ClusterFacts } from '../harness/cluster/cluster.ts';
import { detectFacts, detectProxy, families } from '../harness/cluster/existing/detect.ts';
import { lackingOf, whyNoPrivilegedPod } from '../harness/cluster/existing/fitness.ts';
import type { Fitness } from '../harness/cluster/fitness.ts';
import { requireImage } from '../harness/cluster/existing/node-images.ts';
import { isApiError } from '../harness/cluster/kube/api-error.ts';
import type { KubeClient } from '../harness/cluster/kube/kube-client.ts';
import { HelperNode } from '../harness/cluster/existing/node-helper.ts';
import { type NodeFacts, readNodes } from '../harness/cluster/node-facts.ts';
import { usableNodes } from '../harness/cluster/existing/usable-nodes.ts';
import { OpenedCluster } from '../harness/cluster/opened-cluster.ts';

export interface ClusterLook {
  /** To be looked at: nothing in it can be changed, and no node entered. */
  readonly cluster: Cluster;
  readonly rows: readonly Row[];
  readonly workers: number;
  readonly fitness: Pick<Fitness, 'lackingAccess' | 'noNodeAccess' | 'proxy'>;
}

const all = areas.names.join(', ');
const onNodes = areas.kinds
  .filter(({ runsOn }) => runsOn === 'cluster')
  .map(({ area }) => area)
  .join(', ');
const own = 'staleproof-system';

/** Throws only when the cluster does not answer. */
export async function lookAtCluster(
  api: KubeClient,
  context: string,
  image: string | undefined,
  signal: AbortSignal,
): Promise<ClusterLook> {
  const every = await readNodes(api, signal);
  const { nodes, left, architectures } = usableNodes(every);
  const workers = nodes.filter((node) => node.schedulable && !node.controlPlane);
  const facts = await detectFacts(api, nodes, signal);
  const proxy = await detectProxy(api, [], signal);
  const answers = await checkAccess(api, areas.all, signal);
  const noNodeAccess = await privileged(api, signal);
  const few = workers.length < 2;
  const rows: Row[] = [
    row(`context ${context}`, 'ok', `Kubernetes ${facts.kubernetes}, ${facts.containerRuntime}`, all),
    row('pod network', 'ok', facts.podNetwork, 'stands in the report'),
    ...(await subjectRows(api, proxy, signal)),
    row(
      'worker nodes',
      few ? 'limited' : 'ok',
      `${workers.length} schedulable of ${every.length}`,
      `${onNodes}: 2`,
      'more nodes; specs that need them are skipped',
    ),
    ...nodeRows(left, architectures),
    row('kernel', 'limited', `${facts.kernel}; features are not probed`, onNodes, 'a run probes them on every worker'),
    row(
      'privileged pods',
      noNodeAccess === undefined ? 'ok' : 'limited',
      noNodeAccess ?? 'admitted (dry run)',
      `${onNodes}: a shell on every node`,
      'an exemption for namespace staleproof-system; without one those specs are skipped',
    ),
    await imageRow(api, image, workers, signal),
    ...accessRows(answers, context),
  ];
  return {
    cluster: await unchangeable(api, context, nodes, facts, signal),
    rows,
    workers: workers.length,
    fitness: { lackingAccess: lackingOf(answers, areas.all), noNodeAccess, proxy },
  };
}

async function unchangeable(
  api: KubeClient,
  name: string,
  nodes: readonly NodeFacts[],
  facts: ClusterFacts,
  signal: AbortSignal,
): Promise<Cluster> {
  const found = await families(api, nodes, signal);
  const refuse = (): never => {
    throw new Error('doctor changes nothing');
  };
  return new OpenedCluster({
    name,
    provider: 'existing',
    familyMode: found.length > 1 ? 'dual' : (found[0] ?? 'ipv4'),
    kubeconfigPath: '',
    facts,
    runLabel: { key: '', value: '' },
    api,
    changes: { createNamespace: refuse, setSysctl: refuse, changeNode: refuse },
    nodes,
    nodeOf: (one) => new HelperNode(one, api, undefined, 'doctor enters none'),
    loadImage: refuse,
  });
}

/** What a run leaves out and why, and what an image has to be built for. */
export function nodeRows(left: readonly string[], architectures: readonly string[]): readonly Row[] {
  const shown = left.length > 8 ? `${left.slice(0, 8).join(', ')} and ${left.length - 8} more` : left.join(', ');
  const images = `an image for ${architectures.join(' and ')}: --fixtures-image or --images-from`;
  return [
    ...(left.length === 0 ? [] : [row('nodes left out', 'limited', shown, onNodes, 'nothing is placed there')]),
    ...(architectures.length > 1
      ? [row('architectures', 'limited', `${architectures.join(', ')} among the workers`, all, images)]
      : []),
  ];
}

function row(what: string, state: Row['state'], found: string, neededBy: string, remedy = ''): Row {
  return { what, state, found, neededBy, remedy: state === 'ok' ? '' : remedy };
}

/** In our namespace when an administrator made it, else where every account may ask. */
async function privileged(api: KubeClient, signal: AbortSignal): Promise<string | undefined> {
  for (const namespace of [own, 'default']) {
    try {
      return await whyNoPrivilegedPod(api, namespace, signal);
    } catch (error) {
      if (!isApiError(error, 404)) throw error;
    }
  }
  return 'there is no namespace to ask in';
}

/** A row for each kind of subject that may be there already. */
async function subjectRows(api: KubeClient, served: string, signal: AbortSignal): Promise<readonly Row[]> {
  const rows = areas.kinds.map(async ({ area, doctor, asFound, locate }): Promise<Row[]> => {
    if (doctor === undefined) return [];
    const { what, remedy } = doctor;
    if (asFound !== undefined)
      return [row(what, served.startsWith('kube-proxy') ? 'ok' : 'limited', served, area, remedy)];
    const there = await locate?.(api, {}, signal);
    return [row(what, there === undefined ? 'limited' : 'ok', there?.found ?? 'none found', area, remedy)];
  });
  return (await Promise.all(rows)).flat();
}

async function imageRow(
  api: KubeClient,
  image: string | undefined,
  workers: readonly { readonly name: string }[],
  signal: AbortSignal,
): Promise<Row> {
  const what = 'image of in-pod programs';
  const remedy = 'npm run in-cluster -- image --push REGISTRY, then --images-from REGISTRY';
  if (image === undefined) return row(what, 'limited', 'not named', all, remedy);
  const names = workers.map(({ name }) => name);
  try {
    await requireImage(api, image, names, signal, 3_000);
    const here = image.startsWith('staleproof/') ? 'on every worker' : 'for the kubelet to pull';
    return row(what, 'ok', `${image}: ${here}`, all);
  } catch (error) {
    return row(what, 'missing', (error as Error).message, all, remedy);
  }
}

/** A row a resource and reason: every verb with its answer. What only some areas need only costs those areas. */
export function accessRows(answers: readonly AccessAnswer[], context: string): readonly Row[] {
  const groups = new Map<string, AccessAnswer[]>();
  for (const answer of answers) {
    const { group, resource, areas: needing, why } = answer.permission;
    const key = [group, resource, needing.join(), why].join('\n');
    groups.set(key, [...(groups.get(key) ?? []), answer]);
  }
  return [...groups.values()].map((group): Row => {
    const [{ permission } = { permission: undefined }] = group;
    if (permission === undefined) throw new Error('a group has at least one answer');
    const { resource, areas: needing, why } = permission;
    const denied = group.filter(({ allowed }) => !allowed);
    const verbs = group.map(({ permission: { verb }, allowed }) => `${verb} ${allowed ? '✓' : '✗'}`).join(' ');
    const what = `${resource}${permission.group === '' ? '' : `.${permission.group}`}`;
    const [first] = denied;
    const state = first === undefined ? 'ok' : needing.length === areas.names.length ? 'missing' : 'limited';
    const ask = first === undefined ? '' : `kubectl --context ${context} auth can-i ${canI(first.permission)} -A`;
    return row(what, state, verbs, `${needing.join(', ')}: ${why}`, `a role that allows it; ask: ${ask}`);
  });
}
