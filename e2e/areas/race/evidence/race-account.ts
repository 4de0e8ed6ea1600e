/**
 * What became of the flows of one race. Pure: log lines and what the programs heard go in, sets of flows come out.
 * A flow counts as cut by the race only if the agent logged a delete for its very tuple at a time when it was alive again.
 */
import type { NpaLogLine } from './npa-log.ts';
import { flowOfTuple, type RaceFlows } from './race-flow-set.ts';
import { reversed } from './npa-log.ts';

/** All times are of the agent's clock. */
export interface RaceObservation {
  readonly flows: RaceFlows;
  /** Address of the pod whose entries the agent cleans. */
  readonly owner: string;
  /** Lines of the agent of that pod's node, from the first connection to the end. */
  readonly log: readonly NpaLogLine[];
  /** Wall-clock ms at which each flow was alive again, by flow. */
  readonly aliveAtMs: ReadonlyMap<number, number>;
  /** Wall-clock ms when the first of them was opened again. */
  readonly reopenedFromMs: number;
  /** Flows that heard the server's first word. */
  readonly heard: ReadonlySet<number>;
  /** Flows that worked after the client itself had sent. */
  readonly healed: ReadonlySet<number>;
  /** Wall-clock ms of the agent's stop, when it was held. */
  readonly stoppedAtMs?: number;
  /** Wall-clock ms when the server spoke: later deletes cannot have cut what was heard then. */
  readonly spokeAtMs: number;
}

export interface RaceAccount {
  readonly alive: number;
  /** Deleted before it was alive again: its new first packet made a new entry, nothing is lost. */
  readonly deletedBefore: ReadonlySet<number>;
  readonly deletedAlive: ReadonlySet<number>;
  readonly skipped: ReadonlySet<number>;
  readonly denied: ReadonlySet<number>;
  readonly cut: ReadonlySet<number>;
  readonly healed: ReadonlySet<number>;
  /** Cut and deleted while alive: what the race is about. */
  readonly victims: ReadonlySet<number>;
  /**
   * Deletes that may have been under way when the agent was stopped: check and delete had been parted by us, so they decide nothing.
   * The agent checks a key, logs it and deletes it: a stop before the delete leaves the last line before it, one between check and
   * line the first line after it.
   */
  readonly inFlight: ReadonlySet<number>;
  /** Cut without a delete line: another cause. */
  readonly otherCause: ReadonlySet<number>;
  /** From the first to the last own delete after the flows were alive, in ms. */
  readonly windowMs: number;
}

/** Log stamps are whole ms, so a delete in the very ms of a re-opening counts as before it: no victim by rounding. */
export function accountRace(seen: RaceObservation): RaceAccount {
  const { flows, aliveAtMs } = seen;
  const [deletedBefore, deletedAlive, skipped, denied] = [
    new Set<number>(),
    new Set<number>(),
    new Set<number>(),
    new Set<number>(),
  ];
  const aliveDeletes: number[] = [];
  let [lastBeforeStop, firstAfterStop]: (number | undefined)[] = [];
  const heldAtMs = heldAt(seen);
  let wentOn = heldAtMs === undefined;
  const cut = new Set([...aliveAtMs.keys()].filter((flow) => !seen.heard.has(flow)));
  // A flow whose key went before its first packet made a new entry and cannot be cut: a cut one was alive before we noticed.
  const aliveFrom = (flow: number): number | undefined => (cut.has(flow) ? seen.reopenedFromMs : aliveAtMs.get(flow));
  for (const line of seen.log) {
    if (line.type === 'verdict' && line.verdict === 'DENY') {
      const flow = flowOfTuple(flows, reversed(line.tuple));
      if (flow !== undefined) denied.add(flow);
    }
    if (line.type !== 'delete' && line.type !== 'skip') continue;
    const flow = line.owner === seen.owner ? flowOfTuple(flows, line.tuple) : undefined;
    if (heldAtMs !== undefined && !wentOn && line.atMs > heldAtMs) {
      wentOn = true;
      if (line.type === 'delete') firstAfterStop = flow;
    }
    if (flow === undefined) continue;
    if (line.type === 'skip') {
      skipped.add(flow);
      continue;
    }
    if (!wentOn) lastBeforeStop = flow;
    const alive = aliveFrom(flow);
    if (alive === undefined || line.atMs <= alive) deletedBefore.add(flow);
    else if (line.atMs <= seen.spokeAtMs) {
      deletedAlive.add(flow);
      aliveDeletes.push(line.atMs);
    }
  }
  const inFlight = new Set([lastBeforeStop, firstAfterStop].filter((flow) => flow !== undefined));
  if (lastBeforeStop !== undefined) deletedBefore.delete(lastBeforeStop);
  const victims = new Set([...cut].filter((flow) => deletedAlive.has(flow) && !inFlight.has(flow)));
  return {
    alive: aliveAtMs.size,
    deletedBefore,
    deletedAlive,
    skipped,
    denied,
    cut,
    healed: new Set([...cut].filter((flow) => seen.healed.has(flow))),
    victims,
    inFlight,
    otherCause: new Set([...cut].filter((flow) => !victims.has(flow) && !inFlight.has(flow))),
    // Log lines come in the order of time.
    windowMs: (aliveDeletes.at(-1) ?? 0) - (aliveDeletes[0] ?? 0),
  };
}

/**
 * A time at which a held agent stood still for certain: a stop is obeyed some ms after it was sent, and meanwhile the agent goes on.
 * It was let go when all flows had been opened again, so it stood still when half of them were. Undefined when it was not held.
 */
function heldAt({ stoppedAtMs, aliveAtMs }: RaceObservation): number | undefined {
  if (stoppedAtMs === undefined) return undefined;
  const times = [...aliveAtMs.values()].sort((a, b) => a - b);
  return Math.max(stoppedAtMs, times[Math.floor(times.length / 2)] ?? 0);
}
