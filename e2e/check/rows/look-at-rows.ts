/** Rows that are stale right now: every node in waves, and whatever looked stale against the API once more. */
import { type LocalNode, type Stale, StaleRows } from '../../../fixtures/conntrack-look/stale-rows.ts';
import type { LookResult, StaleRow } from '../../../fixtures/conntrack-look/look.ts';
import type { KubeApi } from '../../harness/cluster/cluster.ts';
import type { KubernetesObject } from '../../harness/cluster/kubernetes-object.ts';
import type { ClusterReader } from '../cluster-reader.ts';
import { NODES, PODS, SERVICES, SLICES } from '../reads.ts';
import { ClusterState } from './cluster-state.ts';
import { ROWS_COMMAND, ROWS_CONTAINER, rowsNamespace, rowsPod } from './row-pods.ts';

export interface RowsOptions {
  /** What was there before the look. */
  readonly state: ClusterState;
  readonly image: string;
  readonly namespace: string;
  /** Of these nodes only; empty: of all. */
  readonly nodes: readonly string[];
  readonly maxNodes: number;
  /** Nodes at a time. */
  readonly wave: number;
  readonly betweenMs: number;
  readonly signal: AbortSignal;
}

export interface NodeRows {
  readonly node: string;
  /** Undefined: its table could not be read, for the reason in `error`. */
  readonly rows: number | undefined;
  readonly error: string | undefined;
  readonly stale: readonly StaleRow[];
  /** Stale rows beyond those that are told. */
  readonly untold: number;
}

interface Told extends LookResult {
  readonly local: LocalNode;
}
interface Pod extends KubernetesObject {
  readonly status?: { readonly phase?: string };
}

const READY_MS = 60_000;

/** One list of each kind. */
export async function readState(reader: ClusterReader): Promise<ClusterState> {
  const state = new ClusterState();
  const whole = await Promise.all([
    reader.list(NODES, state.addNode),
    reader.list(SERVICES, state.addService),
    reader.list(SLICES, state.addSlice),
    reader.list(PODS, state.addPod),
  ]);
  state.isWhole = whole.every(Boolean);
  return state;
}

export async function lookAtRows(
  api: KubeApi,
  reader: ClusterReader,
  options: RowsOptions,
): Promise<readonly NodeRows[]> {
  const { state } = options;
  if (!state.isWhole) return [];
  const chosen = state.nodes.filter((node) => options.nodes.length === 0 || options.nodes.includes(node));
  const nodes = chosen.slice(0, options.maxNodes);
  const found = new Map<string, Told | Error>();
  await api.apply(rowsNamespace(options.namespace), options.signal);
  try {
    for (let from = 0; from < nodes.length; from += options.wave)
      await Promise.all(
        nodes.slice(from, from + options.wave).map(async (node, index) => {
          found.set(
            node,
            await lookAtNode(api, state, node, from + index, options).catch((error: unknown) => error as Error),
          );
        }),
      );
  } finally {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', name: options.namespace };
    await api.delete(namespace, { timeoutMs: 120_000 });
  }
  const looksStale = [...found.values()].some((one) => !(one instanceof Error) && one.stale.length > 0);
  // A pod that was made after the lists would look like an address of nobody's.
  const later = looksStale ? await readState(reader) : state;
  return nodes.map((node) => nodeRows(node, found.get(node), later));
}

async function lookAtNode(
  api: KubeApi,
  state: ClusterState,
  node: string,
  index: number,
  options: RowsOptions,
): Promise<Told> {
  const { namespace, image, betweenMs, signal } = options;
  const pod = await api.apply(rowsPod(namespace, node, index, image), signal);
  const { name } = pod.metadata;
  await api.waitFor<Pod, true>(
    { apiVersion: 'v1', kind: 'Pod', namespace, name },
    ([one]) => (one?.status?.phase === 'Running' ? true : undefined),
    { what: `pod ${namespace}/${name} runs on ${node} with ${image}`, timeoutMs: READY_MS, signal },
  );
  const stdin = JSON.stringify({ state: state.ofNode(node), betweenMs });
  const ref = { namespace, name, container: ROWS_CONTAINER };
  const { code, stdout, stderr } = await api.exec(ref, ROWS_COMMAND, { stdin, signal, timeoutMs: 60_000 + betweenMs });
  if (code !== 0) throw new Error(`the look ended with ${code}: ${stderr.trim().slice(-200)}`);
  return JSON.parse(stdout) as Told;
}

/** What is stale by the objects of before and by those of now. */
function nodeRows(node: string, told: Told | Error | undefined, later: ClusterState): NodeRows {
  if (told === undefined || told instanceof Error || !later.isWhole) {
    const error = told instanceof Error ? told.message : 'the objects could not be read a second time';
    return { node, rows: undefined, error, stale: [], untold: 0 };
  }
  const now = new StaleRows(later.ofNode(node), told.local);
  const stale = told.stale.flatMap((one) => {
    const again: Stale | undefined = now.judge(one.row);
    return again === undefined ? [] : [{ ...one, ...again }];
  });
  return { node, rows: told.rows, error: undefined, stale, untold: told.untold };
}
