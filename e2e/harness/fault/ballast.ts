/** Fills the agent's map with tuples that are about to be stale, so that its delete pass takes seconds, as it does on a busy node. */
import type { SpecContext } from '../run/context.ts';
import type { NpaLogLine } from '../evidence/npa-log.ts';
import { udpPorts } from './race-objects.ts';
import type { RaceStage } from './race-stage.ts';

/** How long the pass should last: several times what opening the flows again takes. */
const wantedSeconds = 7;
/** Deletes a second where none was measured: the quick end of what was seen (0.2 s for 10,000). */
const assumedRate = 14_000;
const least = 20_000;
const most = 120_000;

export interface BallastLimits {
  /** Deletes a second of an earlier pass, when there was one. */
  readonly rate: number | undefined;
  readonly conntrackMax: number;
  readonly conntrackCount: number;
  readonly mapSize: number;
}

/** Number of tuples. Leaves half of the kernel's free rows and of the agent's map to everybody else. */
export function ballastSize(limits: BallastLimits): number {
  const wanted = (limits.rate ?? assumedRate) * wantedSeconds;
  const room = Math.min((limits.conntrackMax - limits.conntrackCount) / 2, limits.mapSize / 2);
  return Math.floor(Math.min(Math.max(wanted, least), most, room));
}

/** Deletes a second of the longest pass in these lines, or undefined when none was long enough to tell. */
export function deleteRate(lines: readonly NpaLogLine[]): number | undefined {
  let best: { readonly count: number; readonly ms: number } | undefined;
  let [first, last, count] = [0, 0, 0];
  for (const line of lines) {
    if (line.type === 'delete') {
      if (count === 0) first = line.atMs;
      last = line.atMs;
      count += 1;
    } else if (line.type === 'pass-done') {
      if (count > (best?.count ?? 999) && last > first) best = { count, ms: last - first };
      count = 0;
    }
  }
  return best === undefined ? undefined : (best.count * 1000) / best.ms;
}

export interface Ballast {
  readonly tuples: number;
  readonly ms: number;
}

/** Client ports from `firstPort` on are used once each; the flows that are judged have others. */
export async function addBallast(
  t: SpecContext,
  stage: RaceStage,
  firstPort: number,
  wanted?: number,
): Promise<Ballast> {
  const { node } = stage.agent;
  const [max = 0, count = 0] = (
    await node.run(
      ['sh', '-c', 'cat /proc/sys/net/netfilter/nf_conntrack_max /proc/sys/net/netfilter/nf_conntrack_count'],
      {
        signal: t.signal,
      },
    )
  )
    .trim()
    .split(/\s+/)
    .map(Number);
  const limits = { rate: deleteRate(stage.log.lines), conntrackMax: max, conntrackCount: count, mapSize: 524_288 };
  const size = wanted ?? ballastSize(limits);
  if (size < least)
    t.inconclusive(`no room for ballast on ${node.name}: ${count} of ${max} rows in use, ${size} tuples would fit`);
  const clientPorts = { first: firstPort, count: Math.ceil(size / udpPorts.count) };
  const sprayed = await stage.client.driver.call<{ tuples: number; failed: number; ms: number }>(
    { cmd: 'spray', address: stage.address, clientPorts, serverPorts: udpPorts },
    t.signal,
  );
  t.evidence.measure({ name: 'ballast', value: sprayed.tuples, unit: 'tuples' });
  return { tuples: sprayed.tuples, ms: sprayed.ms };
}
