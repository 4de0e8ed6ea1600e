/**
 * Follows conntrack events on a node. One `conntrack -E` per node and protocol serves all specs that run at the same time: the kernel sends
 * each event to each listener, so a listener a spec would multiply the load on a busy table.
 */
import type { ClusterNode } from '../cluster/cluster.ts';
import type { SpecContext } from '../run/context.ts';
import { InconclusiveError } from '../run/verdict-errors.ts';
import { abortReason } from '../cluster/abort-reason.ts';
import { isRejected } from './conntrack-row.ts';
import { parseConntrackEvent, type ConntrackEvent } from './conntrack-event.ts';
import { matchesEntry, type UnreadLine } from './conntrack-table.ts';
import type { EntryMatch } from './entry-match.ts';
import { mayConcern } from './unread-line.ts';

/** Lock: shared by those who follow events, held alone by those who fill the table. */
export const CONNTRACK_TABLE = 'cluster/conntrack-table';

type Listener = (event: ConntrackEvent) => void;

interface SharedFollower {
  readonly listeners: Set<Listener>;
  /** Why events may have been missed; from then on the stream proves nothing. */
  broken: string | undefined;
  /** Lines that could not be read: each is a lost event of those flows that it may have been about, and of no others. */
  readonly unread: UnreadLine[];
  /** Asks the kernel whether it dropped events. */
  check(): Promise<void>;
  stop(): Promise<void>;
}

interface SharedEntry {
  users: number;
  readonly follower: Promise<SharedFollower>;
  /** The follower, once it listens. */
  listening?: SharedFollower;
}

const shared = new Map<string, SharedEntry>();

/** Births and ends of one node's rows that match, kept since the follower was started. */
export interface ConntrackFollower {
  readonly node: ClusterNode;
  readonly events: readonly ConntrackEvent[];
  /**
   * First kept or future event for which `match` is true; undefined when the time is up. Throws InconclusiveError when the
   * kernel dropped events, the follower died, or an event that may be of these rows could not be read: then nothing follows from
   * an event that was not seen.
   */
  waitFor(match: (event: ConntrackEvent) => boolean, timeoutMs: number): Promise<ConntrackEvent | undefined>;
  /** Throws InconclusiveError unless every event up to now was seen. */
  requireWhole(): Promise<void>;
}

/**
 * Starts following; ended by the spec's clean-up. Start it before the flow: with nf_conntrack_events at its default (2) the
 * kernel reports the end of a row only if somebody listened when the row was made.
 */
export async function followConntrack(
  t: SpecContext,
  node: ClusterNode,
  match: EntryMatch,
): Promise<ConntrackFollower> {
  const protocol = match.protocol ?? 'udp';
  const key = `${t.env.cluster.name}/${node.name}/${protocol}`;
  let entry = shared.get(key);
  // Who joins a stream that lost events would be inconclusive from the start; what it lost is its older users' affair.
  if (entry?.listening?.broken !== undefined) entry = undefined;
  if (entry === undefined) shared.set(key, (entry = { users: 0, follower: startFollower(node, protocol) }));
  const current = entry;
  current.users += 1;
  const events: ConntrackEvent[] = [];
  const waiting = new Set<() => void>();
  const listener: Listener = (event) => {
    if (!matchesEntry(event.entry, match)) return;
    events.push(event);
    for (const wake of waiting) wake();
  };
  t.defer(`stop following conntrack events on ${node.name}`, async () => {
    const follower = await current.follower.catch(() => undefined);
    follower?.listeners.delete(listener);
    current.users -= 1;
    if (current.users > 0) return;
    if (shared.get(key) === current) shared.delete(key);
    await follower?.stop();
  });
  const follower = (current.listening = await current.follower);
  follower.listeners.add(listener);
  const unreadBefore = follower.unread.length;
  const requireWhole = async (): Promise<void> => {
    await follower.check();
    if (follower.broken !== undefined)
      throw new InconclusiveError(`conntrack events of ${node.name} are incomplete: ${follower.broken}`);
    const [first, ...more] = follower.unread.slice(unreadBefore).filter(({ line }) => mayConcern(line, match));
    if (first !== undefined)
      throw new InconclusiveError(
        `conntrack events of ${node.name} are incomplete: ${more.length + 1} that may be of these rows could not be read, the first: ${first.error}`,
      );
  };
  return {
    node,
    events,
    requireWhole,
    async waitFor(wanted, timeoutMs) {
      const found = await new Promise<ConntrackEvent | undefined>((resolve, reject) => {
        let next = 0;
        const look = (): void => {
          for (; next < events.length; next += 1) {
            const event = events[next];
            if (event !== undefined && wanted(event)) return end(event);
          }
        };
        const end = (event: ConntrackEvent | undefined): void => {
          clearTimeout(timer);
          waiting.delete(look);
          t.signal.removeEventListener('abort', abort);
          resolve(event);
        };
        const abort = (): void => {
          clearTimeout(timer);
          waiting.delete(look);
          reject(abortReason(t.signal));
        };
        const timer = setTimeout(() => end(undefined), timeoutMs);
        t.signal.addEventListener('abort', abort);
        waiting.add(look);
        look();
      });
      if (found === undefined) await requireWhole();
      return found;
    },
  };
}

async function startFollower(node: ClusterNode, protocol: string): Promise<SharedFollower> {
  // A socket buffer for 150,000 events: a full table that is flushed at once. It costs memory only while it is filled.
  const argv = [
    'conntrack',
    '-E',
    '-e',
    'NEW,DESTROY',
    '-p',
    protocol,
    '-o',
    'timestamp,id,extended',
    '-b',
    '268435456',
  ];
  const before = await readListeners(node);
  const process = await node.spawn(argv);
  const listeners = new Set<Listener>();
  let stopping = false;
  const follower: SharedFollower = {
    listeners,
    broken: undefined,
    unread: [],
    async check() {
      const { drops } = await readListeners(node);
      if (drops > before.drops)
        follower.broken ??= `the kernel dropped ${drops - before.drops} events for its listeners`;
    },
    async stop() {
      stopping = true;
      await process.stop();
    },
  };
  process.onLine((line) => {
    if (line.trim() === '') return;
    const event = parseConntrackEvent(line);
    if (isRejected(event)) follower.unread.push({ error: event.error, line });
    else for (const listener of listeners) listener(event);
    follower.broken ??= overflow(process.stderrTail());
  });
  void process.exited.then(({ reason }) => {
    if (!stopping) follower.broken ??= `conntrack -E ended: ${reason} ${process.stderrTail()}`;
  });
  await subscribed(node, before.count);
  return follower;
}

/** conntrack says so on stderr when the kernel had to drop events for this listener. */
export function overflow(stderr: string): string | undefined {
  return /ENOBUFS|No buffer space|overrun|maximum buffer size/i.test(stderr)
    ? 'the kernel dropped events (ENOBUFS on stderr of conntrack -E)'
    : undefined;
}

/** Netlink sockets of the node that listen to conntrack events, and what the kernel dropped for them so far. */
export function eventListeners(procNetNetlink: string): { readonly count: number; readonly drops: number } {
  // Columns: sk, protocol (12 is netfilter), port, groups (bit 0 is new, bit 2 is destroy), rmem, wmem, dump, locks, drops.
  const rows = procNetNetlink.split('\n').map((line) => line.trim().split(/\s+/));
  const listening = rows.filter((row) => row[1] === '12' && /[57]$/.test(row[3] ?? ''));
  return { count: listening.length, drops: listening.reduce((sum, row) => sum + Number(row[8] ?? 0), 0) };
}

async function readListeners(node: ClusterNode): Promise<ReturnType<typeof eventListeners>> {
  return eventListeners(await node.run(['cat', '/proc/net/netlink'], { timeoutMs: 20_000 }));
}

/** The tool prints nothing when it begins to listen: the kernel's list of netlink sockets tells. */
async function subscribed(node: ClusterNode, before: number): Promise<void> {
  const deadline = Date.now() + 15_000;
  while ((await readListeners(node)).count <= before)
    if (Date.now() > deadline)
      throw new InconclusiveError(`conntrack -E on ${node.name} did not subscribe within 15 s`);
}
