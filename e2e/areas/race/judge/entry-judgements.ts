/** Judgements about the entries of the agent's map: which stay, which of two alike goes, and how many there may be. */
import type { SpecContext } from '../../../harness/run/context.ts';
import type { RaceStage } from '../stage/race-stage.ts';
import { idleEntryKept, mapBounded, protocolsApart } from './judgements.ts';

type Protocol = 'tcp' | 'udp';

const agentOn = (t: SpecContext, stage: RaceStage): string =>
  `${t.env.subject('policy-agent').name} on ${stage.agent.node.name}`;

export interface IdleFlows {
  readonly protocol: Protocol;
  readonly count: number;
  /** How many the kernel tracks, how many have an entry, and how many do not hear the server. */
  readonly inKernel: number;
  readonly entries: number;
  readonly deaf: number;
  readonly durationMs: number;
}

/** Flows that are idle and tracked by the kernel keep their entries. */
export function judgeIdleKept(t: SpecContext, stage: RaceStage, seen: IdleFlows): void {
  const { protocol, count, inKernel, entries, deaf } = seen;
  if (inKernel < count) t.inconclusive(`the kernel itself forgot ${count - inKernel} ${protocol} flows`);
  t.evidence.inShort(`${entries} of ${count} idle ${protocol} entries kept, ${deaf} flows cut`);
  t.judge(idleEntryKept, {
    outcome: entries < count ? 'entries-deleted' : deaf > 0 ? 'flows-cut' : 'kept',
    facts: { protocol },
    measures: { entries, deaf },
    subject: `${agentOn(t, stage)}, idle ${protocol} flows`,
    expected: `${count} of ${count} entries kept and every flow to hear the server`,
    observed: `${entries} entries kept, ${deaf} flows hear nothing, while the kernel tracks ${inKernel}`,
    durationMs: seen.durationMs,
  });
}

export interface Twins {
  readonly count: number;
  readonly firstPort: number;
  readonly ended: Protocol;
  readonly alive: Protocol;
  readonly aliveInKernel: number;
  readonly staleEntries: number;
  readonly aliveEntries: number;
  readonly deaf: number;
  readonly cycles: number;
  readonly durationMs: number;
}

/** Flows of the same addresses and ports that differ in their protocol alone: one of each pair has ended. */
export function judgeApart(t: SpecContext, stage: RaceStage, seen: Twins): void {
  const { count, firstPort, ended, alive, aliveInKernel, staleEntries, aliveEntries, deaf } = seen;
  if (aliveInKernel < count) t.inconclusive(`the kernel itself forgot ${count - aliveInKernel} ${alive} flows`);
  const bad =
    aliveEntries < count
      ? 'live-entries-deleted'
      : deaf > 0
        ? 'live-flows-cut'
        : staleEntries > 0
          ? 'stale-entries-stay'
          : undefined;
  t.evidence.inShort(
    `${count - staleEntries} of ${count} stale ${ended} entries removed, ${aliveEntries} of ${count} live ${alive} entries kept, ${deaf} flows cut`,
  );
  t.judge(protocolsApart, {
    outcome: bad ?? 'apart',
    facts: { ended },
    measures: { stale: staleEntries, kept: aliveEntries, deaf },
    subject: `${agentOn(t, stage)}, ports ${firstPort} to ${firstPort + count - 1} in both protocols`,
    expected: `${count} stale ${ended} entries to be removed and ${count} live ${alive} flows to be kept`,
    observed: `${staleEntries} stale ${ended} entries left, ${aliveEntries} ${alive} entries kept, ${deaf} live flows hear nothing`,
    durationMs: seen.durationMs,
    tries: seen.cycles,
  });
}

export interface Churn {
  readonly aRound: number;
  /** Entries after the clean-up of each round. */
  readonly counts: readonly number[];
  /** Most entries that were seen at once. */
  readonly filled: number;
}

/** However many flows come and go, the map holds no more than those of the last rounds. */
export function judgeBounded(t: SpecContext, stage: RaceStage, { aRound, counts, filled }: Churn): void {
  if (filled < 0.9 * aRound)
    t.inconclusive(`the flows did not enter the map: at most ${filled} of ${aRound} entries seen`);
  const worst = Math.max(...counts.slice(1));
  // An agent that waits for a second miss still holds the round before when a pass ends.
  const bound = 2 * aRound;
  t.evidence.inShort(`at most ${worst} entries left after a cleanup, ${aRound} flows a round`);
  t.judge(mapBounded, {
    outcome: worst <= bound ? 'bounded' : 'fills-up',
    facts: { flows: 'udp' },
    measures: { worst },
    subject: agentOn(t, stage),
    expected: `at most ${bound} entries after a cleanup, with ${aRound} flows a round`,
    observed: `${counts.join(', ')} entries after rounds 1 to ${counts.length}`,
    tries: counts.length,
  });
}
