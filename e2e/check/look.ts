/** One look at a cluster: each list once, then everything else is thought over here. */
import type { Areas } from '../harness/area/areas.ts';
import type { RunningProduct, SeenCluster, SeenNode, SeenPod } from '../harness/area/running.ts';
import type { Connection } from '../harness/cluster/kube/connection.ts';
import type { CompatData } from './packaged-data.ts';
import { ClusterReader, type Missing } from './cluster-reader.ts';
import { cutNode, cutPod, cutService, type SeenService } from './cut-objects.ts';
import { exposedObjects } from './exposure.ts';
import { isAffected, joinData, notMeasured } from './join-data.ts';
import { configReads, NODES, PODS, SERVICES, SLICES } from './reads.ts';
import type { CheckResult } from './result.ts';
import type { ClusterState } from './rows/cluster-state.ts';

export interface LookOptions {
  readonly areas: Areas;
  readonly data: CompatData;
  /** When it has to be over; what was not read by then is said. */
  readonly signal: AbortSignal;
  /** Of the rows that should be: fed by the same lists, and by EndpointSlices, which are listed for it alone. */
  readonly state?: ClusterState | undefined;
}

export async function look(connection: Connection, { areas, data, signal, state }: LookOptions): Promise<CheckResult> {
  const begun = performance.now();
  const at = new Date().toISOString();
  const reader = new ClusterReader(connection, signal);
  const nodes: SeenNode[] = [];
  const pods: SeenPod[] = [];
  const services: SeenService[] = [];
  const configs: Record<string, Readonly<Record<string, string>>> = {};
  const [allNodes, allPods, allServices, allSlices] = await Promise.all([
    reader.list(NODES, (item) => {
      nodes.push(cutNode(item));
      state?.addNode(item);
    }),
    reader.list(PODS, (item) => {
      pods.push(cutPod(item));
      state?.addPod(item);
    }),
    reader.list(SERVICES, (item) => {
      services.push(cutService(item));
      state?.addService(item);
    }),
    state !== undefined && reader.list(SLICES, state.addSlice),
    ...configReads(areas).map(async (read) => {
      const found = await reader.config(read);
      if (found !== undefined) configs[`${read.namespace}/${read.name}`] = found;
    }),
  ]);
  if (state !== undefined) state.isWhole = [allNodes, allPods, allServices, allSlices].every(Boolean);
  const running = await findRunning(areas, { nodes, pods, configs });
  const exposed = exposedObjects(allServices ? services : undefined, allPods ? pods : undefined);
  const subjects = joinData(running, data.compat, exposed);
  const missing = [...reader.missing, ...nothingServes(running, nodes, allNodes && allPods), ...notMeasured(subjects)];
  const verdict = subjects.some(isAffected) ? 'affected' : missing.length > 0 ? 'could not look' : 'nothing found';
  const counted = (whole: unknown, list: readonly unknown[]): number | null => (whole === true ? list.length : null);
  return {
    ...{ schema: 1, at, context: connection.context, data: data.source },
    took: { ms: Math.round(performance.now() - begun), requests: reader.requests },
    cluster: {
      nodes: counted(allNodes, nodes),
      pods: counted(allPods, pods),
      services: counted(allServices, services),
    },
    ...{ verdict, subjects: [...subjects], missing },
    exposed: exposed.map(({ examples, ...rest }) => ({ ...rest, examples: [...examples] })),
  };
}

async function findRunning(areas: Areas, seen: SeenCluster): Promise<readonly RunningProduct[]> {
  const found = areas.all.map(async ({ running }) => (running === undefined ? [] : (await running.find())(seen)));
  return (await Promise.all(found)).flat();
}

/** A node on which no known proxy was found is not a node without one. */
function nothingServes(
  running: readonly RunningProduct[],
  nodes: readonly SeenNode[],
  sawAll: boolean,
): readonly Missing[] {
  const served = new Set(running.filter(({ role }) => role === 'service proxy').map(({ node }) => node));
  const without = nodes.filter(({ name, operatingSystem }) => operatingSystem !== 'windows' && !served.has(name));
  if (!sawAll || without.length === 0) return [];
  const names = without.map(({ name }) => name).slice(0, 5);
  const why = `no service proxy that is known here was found on ${without.length} of ${nodes.length} nodes: ${names.join(', ')}`;
  return [{ what: 'service proxy', why }];
}
