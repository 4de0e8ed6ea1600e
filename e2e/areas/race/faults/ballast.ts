/** Fills the agent's map with tuples that are about to be stale, so that its delete pass takes seconds, as it does on a busy node. */
import type { SpecContext } from '../../../harness/run/context.ts';
import { ballastPort, udpPorts } from '../stage/race-objects.ts';
import type { RaceStage } from '../stage/race-stage.ts';

/** How long the pass should last: several times what opening the flows again takes. */
const wantedSeconds = 7;
/** Deletes a second where none was measured: 10,000 took from 0.1 to 1.4 s. */
const assumedRate = 50_000;
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

export interface Ballast {
  readonly tuples: number;
  readonly ms: number;
}

/** `rate`: deletes a second of an earlier pass. `wanted`: that many tuples instead of a size by the limits. */
export async function addBallast(
  t: SpecContext,
  stage: RaceStage,
  options: { readonly rate?: number | undefined; readonly wanted?: number | undefined },
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
  const limits = { rate: options.rate, conntrackMax: max, conntrackCount: count, mapSize: stage.mapSize };
  const size = options.wanted ?? ballastSize(limits);
  if (size < least)
    t.inconclusive(`no room for ballast on ${node.name}: ${count} of ${max} rows in use, ${size} tuples would fit`);
  const clientPorts = { first: ballastPort, count: Math.ceil(size / udpPorts.count) };
  const sprayed = await stage.client.driver.call<{ tuples: number; failed: number; ms: number }>(
    { cmd: 'spray', address: stage.address, clientPorts, serverPorts: udpPorts },
    t.signal,
  );
  t.evidence.record({
    kind: 'fault',
    lane: 'flows',
    summary: `${sprayed.tuples} tuples of ballast in ${Math.round(sprayed.ms)} ms`,
  });
  t.evidence.measure({ name: 'ballast', value: sprayed.tuples, unit: 'tuples' });
  return { tuples: sprayed.tuples, ms: sprayed.ms };
}
