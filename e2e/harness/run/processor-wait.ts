/**
 * How long processes of a node were ready to run and got no processor: the machine's share of a time that a subject is held to.
 * From the kernel's account of each thread, so that a machine that is slow for others excuses nobody.
 */
import type { SpecContext } from './context.ts';
import type { ClusterNode } from '../cluster/cluster.ts';

/** Nanoseconds that each thread has waited since it began, by `process/thread`. */
export type Waits = ReadonlyMap<string, number>;

const TIMEOUT_MS = 20_000;

/** All threads of all processes in the cgroup of a pod, children too: `/proc/12/task/14/schedstat 101 202 3`. */
const scriptFor = (uids: readonly string[]): string =>
  `for p in /proc/[0-9]*; do grep -qE '${uids.map((uid) => uid.replace(/-/g, '[-_]')).join('|')}' $p/cgroup 2>/dev/null && for s in $p/task/*/schedstat; do echo "$s $(cat $s 2>/dev/null)"; done; done; true`;

/** Undefined when no thread is found, or when a line is not of the kernel's form: nobody waited is another statement. */
export function parseWaits(text: string): Waits | undefined {
  const waits = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, pid = '', thread = '', rest = ''] = /^\/proc\/(\d+)\/task\/(\d+)\/schedstat ?(.*)$/.exec(line) ?? [];
    // A thread that ended between the two looks has no numbers.
    if (thread !== '' && rest === '') continue;
    const [, wait] = /^\d+ (\d+) \d+$/.exec(rest) ?? [];
    if (wait === undefined) return undefined;
    waits.set(`${pid}/${thread}`, Number(wait));
  }
  return waits.size === 0 ? undefined : waits;
}

/**
 * Milliseconds of waiting between two looks, at most the time between them: of each process the thread that waited longest, because
 * threads that wait at once delay their program once (on a full machine all threads of kube-proxy together waited 13.9 s of 14).
 * A thread that is new has waited since it began.
 */
export function waitedMs(before: Waits, after: Waits, elapsedMs: number): number {
  const longest = new Map<string, number>();
  for (const [thread, wait] of after) {
    const [process = ''] = thread.split('/');
    longest.set(process, Math.max(longest.get(process) ?? 0, wait - (before.get(thread) ?? 0)));
  }
  const sum = [...longest.values()].reduce((total, wait) => total + wait, 0);
  return Math.min(sum / 1e6, elapsedMs);
}

/**
 * Begins to count on that node, for the containers or pods whose ids or uids `find` tells. The function that it returns tells the
 * wait so far; undefined: it cannot be read.
 */
export function countWaits(
  t: SpecContext,
  node: ClusterNode,
  find: (t: SpecContext, node: ClusterNode) => Promise<readonly string[]>,
): () => Promise<number | undefined> {
  const startedAt = t.evidence.now();
  const before = look(t, node, find);
  return async () => {
    const first = await before;
    if (first === undefined) return undefined;
    const after = await look(t, node, find);
    return after === undefined ? undefined : waitedMs(first, after, t.evidence.now() - startedAt);
  };
}

async function look(
  t: SpecContext,
  node: ClusterNode,
  find: (t: SpecContext, node: ClusterNode) => Promise<readonly string[]>,
): Promise<Waits | undefined> {
  try {
    const ids = (await find(t, node)).filter((id) => id !== '');
    if (ids.length === 0) return undefined;
    const { code, stdout } = await node.exec(['sh', '-c', scriptFor(ids)], { signal: t.signal, timeoutMs: TIMEOUT_MS });
    return code === 0 ? parseWaits(stdout) : undefined;
  } catch (error) {
    // It excuses nobody and accuses nobody: bounds have a rule for what cannot be read.
    t.log(`processor wait of the subject on ${node.name} cannot be read: ${String(error)}`);
    return undefined;
  }
}
