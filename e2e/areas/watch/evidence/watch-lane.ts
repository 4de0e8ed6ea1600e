/** From the captures and lines of a lane to its cells. Reads files; knows neither the bed nor the clients that ran in it. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { FaultProfile } from '../profiles/profile.ts';
import type { FaultTimes } from './fault-times.ts';
import { judgeCell, undecidedCell, type CellResult } from './watch-cell.ts';
import type { ClientLine, MadeUpdate } from './watch-client-line.ts';
import { flowHistories } from './watch-flow.ts';
import { undoTranslation } from './watch-nat.ts';
import type { Path } from './watch-path.ts';
import type { OpenSockets } from './watch-sockets.ts';
import { readTcpSegments, type TcpSegment } from './watch-tcp-segment.ts';

/** One client, as it is known when the watching is over. */
export interface ObservedClient {
  readonly name: string;
  readonly address: string;
  readonly lines: readonly ClientLine[];
  /** Those that it has to have seen: none when the server speaks by itself, or when it lists only now and then. */
  readonly updates: readonly MadeUpdate[];
  readonly sockets: OpenSockets;
  /** How its program ended, when it did before the watching was over. */
  readonly death: string | undefined;
}

export interface ObservedLane {
  readonly profile: FaultProfile;
  readonly path: Path;
  readonly captures: readonly { readonly side: 'client' | 'server'; readonly path: string }[];
  /** Of the server, as the captures show it. */
  readonly port: number;
  readonly idleSeconds: number;
  readonly times: FaultTimes;
  readonly clients: readonly ObservedClient[];
}

export async function cellsOfLane(lane: ObservedLane): Promise<readonly CellResult[]> {
  const { profile, path, idleSeconds, times } = lane;
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
  const histories = flowHistories({ client, server }, lane.port);
  const firedAt = times.fired.get(profile.name);
  const liftedAt = times.lifted.get(profile.name);
  return lane.clients.map(({ name, address, lines, updates, sockets, death }) => {
    const own = address.includes(':') ? `[${address}]:` : `${address}:`;
    const result = judgeCell({
      client: name,
      profile,
      path,
      idleSeconds,
      lines: lines.filter(({ cell, wall }) => cell === profile.name && wall <= times.until),
      flows: histories.filter(({ clientEnd }) => clientEnd.startsWith(own)),
      updates,
      until: times.until,
      sockets,
      ...(firedAt === undefined ? {} : { firedAt }),
      ...(liftedAt === undefined ? {} : { liftedAt }),
    });
    if (death !== undefined) return undecidedCell(result, `the client program ended: ${death}`);
    // What one side's capture lost looks like what the balancer ate, or like a reset of its own.
    if (flaws.length > 0) return undecidedCell(result, flaws.join('; '));
    return result;
  });
}
