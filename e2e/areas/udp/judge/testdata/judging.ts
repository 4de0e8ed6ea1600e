/** For tests of judgements: a client whose report is a script, a follower with given events. */
import type { ClusterNode, LineProcess } from '../../../../harness/cluster/cluster.ts';
import type { SpecContext } from '../../../../harness/run/context.ts';
import type { ConntrackEntry } from '../../../../harness/conntrack/conntrack-entry.ts';
import type { ConntrackEvent } from '../../../../harness/conntrack/conntrack-event.ts';
import type { ConntrackFollower } from '../../../../harness/conntrack/conntrack-follower.ts';
import { parseConntrackTable } from '../../../../harness/conntrack/conntrack-table.ts';
import { rulesWrittenAt, type FreshFlows } from '../../evidence/fresh-flows.ts';
import { DatagramStream } from '../../../../harness/datagrams/datagram-stream.ts';

/** One letter a datagram, 20 ms apart: who answered it, `.` for nobody; the client goes on with `after` for ever; with `|` it falls silent, with `!` it ends. */
export function scriptedStream(t: SpecContext, script: string, after = script.at(-1) ?? '.'): DatagramStream {
  const listeners = new Set<(line: string, at: number) => void>();
  let sequence = 0;
  const line = (server: string): string => {
    sequence += 1;
    const at = sequence * 20;
    const replies = server === '.' ? [] : [[0, sequence, at + 1, server]];
    return JSON.stringify({ type: 'datagrams', sent: [[0, sequence, at]], replies });
  };
  const process = {
    onLine: (listener: (line: string, at: number) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    exited: after === '!' ? Promise.resolve({ reason: 'exit code 137' }) : new Promise(() => undefined),
  } as unknown as LineProcess;
  const stream = new DatagramStream(t, 'client', process);
  const tell = (server: string): void => {
    const told = line(server);
    for (const listener of listeners) listener(told, 0);
  };
  for (const server of script) tell(server);
  if (after !== '|' && after !== '!') {
    // More at once than any judgement waits for: on a busy machine one tick may be all that comes before a deadline.
    const timer = setInterval(() => {
      for (let each = 0; each < 60; each++) tell(after);
    }, 3);
    timer.unref();
    // Later as slowly as a client does: whoever still listens on a busy machine must not take it for silent.
    setTimeout(() => {
      clearInterval(timer);
      const slow = setInterval(() => tell(after), 20);
      slow.unref();
      setTimeout(() => clearInterval(slow), 30_000).unref();
    }, 2_000).unref();
  }
  return stream;
}

/** Fresh flows, one a letter: `o` to the old server, `n` to the new one, `-` nowhere; all sent at these times of the run's clock. */
export function scriptedFresh(script: string, firstAt = 0): FreshFlows {
  const went = { o: 'old', n: 'new', '-': 'nowhere' } as const;
  const flows = [...script].map((letter, index) => ({
    at: firstAt + index * 100,
    went: went[letter as keyof typeof went],
  }));
  const writtenBy: FreshFlows['writtenBy'] = (_, { changedAt, mustReach = false }) =>
    rulesWrittenAt(flows, changedAt, mustReach);
  return {
    writtenBy,
    rulesWritten: (...args: Parameters<FreshFlows['rulesWritten']>) => Promise.resolve(writtenBy(...args)),
    describe: () => `fresh flows: ${script}`,
  } as unknown as FreshFlows;
}

/** A row from 10.0.0.1:12345 to the Service, answered by `server`. */
export function rowText(id: number, server = '10.0.2.7'): string {
  return `ipv4 2 udp 17 29 src=10.0.0.1 dst=10.96.0.9 sport=12345 dport=80 src=${server} dst=10.0.0.1 sport=8080 dport=12345 [ASSURED] id=${id}`;
}

export function row(id: number, server?: string): ConntrackEntry {
  const [entry] = parseConntrackTable(`${rowText(id, server)}\n`).entries;
  if (entry === undefined) throw new Error('no row');
  return entry;
}

/** How a judgement ended: `pass`, or the message of what it threw. */
export const ended = (judging: Promise<unknown>): Promise<string> =>
  judging.then(
    () => 'pass',
    (error: unknown) => (error as Error).message,
  );

/** `''` as the program: one without a name. */
export const destroyedBy = (entry: ConntrackEntry, program?: string, wallMs = 1): ConntrackEvent => ({
  kind: 'destroy',
  wallMs,
  entry,
  ...(program === undefined ? {} : { userspace: { portId: 7, ...(program === '' ? {} : { program }) } }),
});

export function followerOf(events: readonly ConntrackEvent[], whole = true): ConntrackFollower {
  return {
    events,
    node: { name: 'worker' },
    waitFor: (match: (event: ConntrackEvent) => boolean) => Promise.resolve(events.find(match)),
    requireWhole: () => (whole ? Promise.resolve() : Promise.reject(new Error('events were lost'))),
  } as unknown as ConntrackFollower;
}

/** The flow of `row`, on a node whose table is `text`. */
export function flowOn(text: string, sockets = '') {
  const rows = text === '' ? 0 : text.trimEnd().split('\n').length;
  const stderr = `conntrack v1.4.7 (conntrack-tools): ${rows} flow entries have been shown.\n`;
  const printed = { code: 0, stdout: text === '' || text.endsWith('\n') ? text : `${text}\n`, stderr };
  const node = { name: 'worker', exec: ([program]: readonly string[]) => Promise.resolve(program === 'sh' ? { code: 0, stdout: sockets, stderr: '' } : printed),
  } as unknown as ClusterNode;
  return { node, family: 'ipv4', frontend: 'cluster-ip', src: '10.0.0.1', sport: 12345, dst: '10.96.0.9', dport: 80 } as const;
}
