/** Follows the rows of a node for a person: those that are there, those that come, and those that go. */
import { setTimeout as delay } from 'node:timers/promises';
import { styleText } from 'node:util';
import type { LineProcess } from '../harness/cluster/cluster.ts';
import { execBehind, spawnBehind, type Launcher } from '../harness/cluster/local-process.ts';
import { describeEntry, type ConntrackEntry } from '../harness/conntrack/conntrack-entry.ts';
import { isRejected } from '../harness/conntrack/conntrack-row.ts';
import { parseConntrackEvent, type ConntrackEvent } from '../harness/conntrack/conntrack-event.ts';
import { parseConntrackTable } from '../harness/conntrack/conntrack-table.ts';
import { shown } from '../harness/run/shown.ts';

export type Sighting =
  | ConntrackEvent
  /** A row that stood there when the watch began. */
  | { readonly kind: 'there'; readonly wallMs: number; readonly entry: ConntrackEntry }
  /** Such a row is gone. The kernel reports the end of a row only to who listened when it was made. */
  | { readonly kind: 'gone'; readonly wallMs: number; readonly entry: ConntrackEntry };

/** More rows than this are not looked at again each second: the unfiltered table of a busy node. */
const MOST_POLLED = 1000;
const POLL_MS = 1000;

/** Runs until the signal aborts. `filter` is in conntrack's own words. Throws when the listener dies by itself. */
export async function watchRows(
  node: string,
  filter: readonly string[],
  show: (sighting: Sighting) => void,
  signal: AbortSignal,
): Promise<void> {
  const launcher: Launcher = { where: `on node ${node}`, prefix: ['docker', 'exec', '-i', node] };
  const listen = ['conntrack', '-E', '-e', 'NEW,DESTROY', '-o', 'timestamp,id,extended', '-b', '16777216', ...filter];
  const listener = await spawnBehind(launcher, listen);
  const seen = new Set<number | undefined>();
  const standing = new Map<number | undefined, ConntrackEntry>();
  listener.onLine((line) => {
    const event = parseConntrackEvent(line);
    if (isRejected(event)) {
      if (line.trim() !== '') process.stderr.write(shown(`no event: ${event.error}\n`));
      return;
    }
    seen.add(event.entry.id);
    // Somebody else listened when it was made, so its end is told after all.
    standing.delete(event.entry.id);
    show(event);
  });
  try {
    for (const entry of await rows(launcher, filter)) if (!seen.has(entry.id)) standing.set(entry.id, entry);
    for (const entry of standing.values()) show({ kind: 'there', wallMs: Date.now(), entry });
    const polled = standing.size <= MOST_POLLED ? pollOld(launcher, filter, standing, show, signal) : undefined;
    await Promise.race([aborted(signal), died(listener, signal), ...(polled === undefined ? [] : [polled])]);
  } finally {
    await listener.stop();
  }
}

async function rows(launcher: Launcher, filter: readonly string[]): Promise<readonly ConntrackEntry[]> {
  const found: ConntrackEntry[] = [];
  for (const family of ['ipv4', 'ipv6']) {
    // A filter by an address of the other family is an error to the tool, and no row to a person.
    const { stdout } = await execBehind(launcher, ['conntrack', '-L', '-f', family, '-o', 'extended,id', ...filter]);
    found.push(...parseConntrackTable(stdout).entries);
  }
  return found;
}

/** Ends by the signal alone, so that it can stand in a race. */
async function pollOld(
  launcher: Launcher,
  filter: readonly string[],
  standing: Map<number | undefined, ConntrackEntry>,
  show: (sighting: Sighting) => void,
  signal: AbortSignal,
): Promise<void> {
  const pause = (): Promise<boolean> => delay(POLL_MS, true, { signal }).catch(() => false);
  while (standing.size > 0 && (await pause())) {
    const now = new Set((await rows(launcher, filter)).map(({ id }) => id));
    for (const [id, entry] of standing)
      if (!now.has(id)) {
        standing.delete(id);
        show({ kind: 'gone', wallMs: Date.now(), entry });
      }
  }
  await aborted(signal);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function died(listener: LineProcess, signal: AbortSignal): Promise<void> {
  const { reason } = await listener.exited;
  if (!signal.aborted) throw new Error(`conntrack -E ended: ${reason} ${listener.stderrTail().trim()}`);
}

/** `04:38:19.542 + udp …, by a program (id 7)`. */
export function sightingLine({ kind, wallMs, entry, ...rest }: Sighting): string {
  const time = new Date(wallMs).toISOString().slice(11, 23);
  const sign = {
    there: '=',
    new: styleText('green', '+'),
    update: '~',
    destroy: styleText('red', '-'),
    gone: styleText('red', '-'),
  };
  const userspace = 'userspace' in rest ? rest.userspace : undefined;
  const by = userspace === undefined ? ', by the kernel' : `, by ${userspace.program ?? 'a program'}`;
  const note = {
    there: ', was there',
    new: '',
    update: '',
    destroy: by,
    gone: ', made before the watch: by whom is not known',
  };
  return `${time} ${sign[kind]} ${describeEntry(entry)}${note[kind]} (id ${entry.id ?? '?'})`;
}
