/** From the captures and lines of a lane to its cells. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { LineStream } from '../../../harness/cluster/line-process.ts';
import type { Bed, Lane } from '../stage/idle-load-balancer.ts';
import type { ClientSubject } from '../subjects/client-subject.ts';
import { type Backend } from '../stage/watch-backend.ts';
import { groupOf, type Group, type Path } from './watch-path.ts';
import { judgeCell, undecidedCell, type CellResult } from './watch-cell.ts';
import type { ClientLine, MadeUpdate } from './watch-client-line.ts';
import { flowHistories } from './watch-flow.ts';
import { undoTranslation } from './watch-nat.ts';
import type { Member } from './watch-lane-outcome.ts';
import type { OpenSockets } from './watch-sockets.ts';
import { readTcpSegments, type TcpSegment } from './watch-tcp-segment.ts';
import type { FaultTimes } from '../faults/watch-timeline.ts';

export interface Running {
  readonly client: ClientSubject;
  readonly process: { readonly stream: LineStream; endedWith(): string | undefined };
  readonly lines: ClientLine[];
}

export interface Judging {
  readonly bed: Bed;
  readonly backend: Backend;
  readonly running: readonly Running[];
  readonly times: FaultTimes;
  readonly idleSeconds: number;
  readonly deaths: ReadonlyMap<string, string | undefined>;
  readonly sockets: (client: string, lane: Lane) => OpenSockets;
  readonly path: Path;
}

export async function judgeLane(lane: Lane, judging: Judging): Promise<readonly CellResult[]> {
  const { bed, backend, running, times, idleSeconds, deaths, sockets, path } = judging;
  const flaws: string[] = [];
  const side = async (name: 'client' | 'server'): Promise<readonly TcpSegment[]> => {
    const files = lane.captures.filter((capture) => capture.side === name);
    const read = await Promise.all(
      files.map(async ({ path: file }) => ({ file, ...(await readTcpSegments(await readFile(file))) })),
    );
    for (const { file, flaw } of read)
      if (flaw !== undefined) flaws.push(`the capture of the ${name} side, ${basename(file)}, is not whole: ${flaw}`);
    return read.flatMap(({ segments }) => segments);
  };
  const [client, seen] = [await side('client'), await side('server')];
  const server = path === 'public' ? seen : undoTranslation(client, seen);
  const histories = flowHistories({ client, server }, backend.port(lane.profile));
  const group: Group = groupOf(lane.profile);
  // The timer-server speaks by itself, and a list that comes now and then need not have seen each update.
  const updatesFor = (speaks: string): readonly MadeUpdate[] => (speaks === 'api' ? times.updates[group] : []);
  return running.map(({ client, lines }) => {
    const address = bed.client(client.name).addresses[backend.family];
    const own = address.includes(':') ? `[${address}]:` : `${address}:`;
    const firedAt = times.fired.get(lane.profile.name);
    const liftedAt = times.lifted.get(lane.profile.name);
    const result = judgeCell({
      client: client.name,
      profile: lane.profile,
      path,
      idleSeconds,
      lines: lines.filter(({ cell, wall }) => cell === lane.profile.name && wall <= times.until),
      flows: histories.filter(({ clientEnd }) => clientEnd.startsWith(own)),
      updates: updatesFor(client.literal.speaks),
      until: times.until,
      sockets: sockets(client.name, lane),
      ...(firedAt === undefined ? {} : { firedAt }),
      ...(liftedAt === undefined ? {} : { liftedAt }),
    });
    const death = deaths.get(client.name);
    if (death !== undefined) return undecidedCell(result, `the client program ended: ${death}`);
    // What one side's capture lost looks like what the balancer ate, or like a reset of its own.
    if (flaws.length > 0) return undecidedCell(result, flaws.join('; '));
    return result;
  });
}

export async function keepCaptures(lane: Lane, members: readonly Member[]): Promise<readonly string[]> {
  const member = members.find(({ profile }) => profile.name === lane.profile.name);
  if (member === undefined || member.t.signal.aborted) return [];
  const kept = [];
  for (const [index, { side, path }] of lane.captures.entries()) {
    const { path: attached } = await member.t.attach(
      // Two on a public path; a pod each on the private one.
      lane.captures.length > 2 && side === 'client' ? `client-side-${index}.pcap` : `${side}-side.pcap`,
      await readFile(path),
      'application/vnd.tcpdump.pcap',
    );
    kept.push(attached);
  }
  return kept;
}
