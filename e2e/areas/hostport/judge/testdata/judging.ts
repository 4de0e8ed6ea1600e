/** For tests of judgements: rows, a follower with given events, a node with a given table, a sender whose report is a script. */
import type { ClusterNode, LineProcess } from '../../../../harness/cluster/cluster.ts';
import type { ConntrackEntry } from '../../../../harness/conntrack/conntrack-entry.ts';
import { isRejected, parseConntrackEntry } from '../../../../harness/conntrack/conntrack-row.ts';
import type { ConntrackEvent } from '../../../../harness/conntrack/conntrack-event.ts';
import type { ConntrackFollower } from '../../../../harness/conntrack/conntrack-follower.ts';
import type { Flow } from '../../../../harness/conntrack/conntrack-premises.ts';
import { DatagramStream } from '../../../../harness/datagrams/datagram-stream.ts';
import type { SpecContext } from '../../../../harness/run/context.ts';
import type { Sender } from '../../stage/host-port-stage.ts';

/** A row from 10.244.1.3:12345 to the node's port 8125, answered by `server`. */
export function row(id: number, server = '10.244.1.7'): ConntrackEntry {
  const text = `ipv4 2 udp 17 899 src=10.244.1.3 dst=172.18.0.3 sport=12345 dport=8125 src=${server} dst=10.244.1.3 sport=80 dport=12345 id=${id}`;
  const entry = parseConntrackEntry(text);
  if (isRejected(entry)) throw new Error(entry.error);
  return entry;
}

/** `''` as the program: one without a name; none: the kernel. */
export const destroyedBy = (entry: ConntrackEntry, wallMs: number, program?: string, portId = 7): ConntrackEvent => ({
  kind: 'destroy',
  wallMs,
  entry,
  ...(program === undefined ? {} : { userspace: { portId, ...(program === '' ? {} : { program }) } }),
});

export function followerOf(events: readonly ConntrackEvent[]): ConntrackFollower {
  const follower = {
    events,
    node: { name: 'worker' },
    waitFor: (match: (event: ConntrackEvent) => boolean) => Promise.resolve(events.find(match)),
    requireWhole: () => Promise.resolve(),
  };
  return follower as unknown as ConntrackFollower;
}

/** The flow of `row`, on a node whose table is empty by now. */
export function flow(): Flow {
  const stderr = 'conntrack v1.4.7 (conntrack-tools): 0 flow entries have been shown.\n';
  const node = { name: 'worker', exec: () => Promise.resolve({ code: 0, stdout: '', stderr }) } as unknown as ClusterNode;
  return { node, family: 'ipv4', src: '10.244.1.3', sport: 12_345, dst: '172.18.0.3', dport: 8125 };
}

/** A sender with one letter a datagram, 20 ms apart: who answered it, `.` for nobody. It goes on with its last letter for a while. */
export function senderOf(t: SpecContext, script: string): Sender {
  let listener: (line: string) => void = () => undefined;
  const process = {
    onLine: (next: (line: string) => void) => (listener = next),
    exited: new Promise(() => undefined),
  } as unknown as LineProcess;
  const stream = new DatagramStream(t, 'sender', process);
  let sequence = 0;
  const tell = (server: string): void => {
    sequence += 1;
    const replies = server === '.' ? [] : [[0, sequence, sequence * 20 + 1, server]];
    listener(JSON.stringify({ type: 'datagrams', sent: [[0, sequence, sequence * 20]], replies }));
  };
  for (const server of script) tell(server);
  const timer = setInterval(() => {
    for (let each = 0; each < 60; each++) tell(script.at(-1) ?? '.');
  }, 3);
  timer.unref();
  setTimeout(() => clearInterval(timer), 2_000).unref();
  const sender = { name: 'sender', host: '172.18.0.3', port: 8125, stream };
  return sender as unknown as Sender;
}

/** How a judgement ended: `pass`, or the message of what it threw. */
export const ended = (judging: Promise<unknown>): Promise<string> =>
  judging.then(
    () => 'pass',
    (error: unknown) => (error as Error).message,
  );
