/** The race met by chance: what many rounds of it found. */
import type { SpecContext } from '../../../harness/run/context.ts';
import type { NaturalRound } from '../faults/natural-round.ts';
import type { RaceStage } from '../stage/race-stage.ts';
import { chanceCutsNothing } from './judgements.ts';

/**
 * An agent that looks at a key again before it deletes it has looked a moment earlier: a packet between the two is lost on it.
 * Held mode sets that key apart by the hold; here it is one a pass at most (measured on 1.4.3: none to three in ten passes), told and not judged.
 */
const IN_FLIGHT_PER_PASS = 1;
/** Fewer flows than this share that come back show less than the spec says. */
const LEAST_REOPENED = 0.95;

/** Fails on cuts by deletes; rounds in which nothing was raced, or in which something else cut, decide nothing. */
export function judgeNatural(
  t: SpecContext,
  stage: RaceStage,
  rounds: readonly NaturalRound[],
  durationMs: number,
): void {
  const sum = (pick: (round: NaturalRound) => number): number =>
    rounds.reduce((total, round) => total + pick(round), 0);
  const [opened, victims] = [sum((round) => round.opened), sum((round) => round.victims)];
  const detecting = rounds.filter((round) => round.victims > 0).length;
  t.evidence.measure({ name: 'detections a minute', value: (detecting * 60_000) / durationMs, unit: '1/min' });
  t.evidence.measure({ name: 'cycles with a cut', value: detecting, unit: 'cycles' });
  t.evidence.measure({ name: 'flows alive at the delete pass', value: opened, unit: 'flows' });
  const bound = IN_FLIGHT_PER_PASS * rounds.length;
  t.evidence.measure({ name: 'cut by the cleanup', value: victims, unit: 'flows', bound });
  const many = rounds.filter((round) => round.victims > IN_FLIGHT_PER_PASS).length;
  const inWords = (flows: number): string => flows.toLocaleString('en-US');
  t.evidence.inShort(
    `${inWords(opened - victims)} of ${inWords(opened)} flows held over ${rounds.length} cleanups, ${victims} cut`,
  );
  t.judge(chanceCutsNothing, {
    outcome: many === 0 ? 'kept' : 'cut-by-delete',
    facts: { protocol: 'tcp' },
    measures: { victims },
    subject: `${t.env.subject('policy-agent').name} on ${stage.agent.node.name}`,
    expected: `none of ${opened} re-opened flows to be cut in ${rounds.length} cleanup cycles, but for one a cycle between the agent’s look and its delete`,
    observed: `${victims} cut by a delete of their own tuple, in ${detecting} of ${rounds.length} cycles (${rounds.map((round) => round.victims).join(', ')}); ${sum((round) => round.cut) - victims} cut otherwise`,
    durationMs,
    tries: rounds.length,
  });
  const [otherCause, unclear] = [sum((round) => round.otherCause), sum((round) => round.unclear)];
  if (otherCause > 0)
    t.inconclusive(
      `${otherCause} of ${opened} flows were denied without a delete of their entry: something else cut them`,
    );
  if (unclear > 0) t.inconclusive(`${unclear} of ${opened} flows heard nothing, and no DENY line of theirs tells why`);
  if (opened < LEAST_REOPENED * sum((round) => round.flows))
    t.inconclusive(`only ${opened} of ${sum((round) => round.flows)} flows could be opened again`);
  if (sum((round) => round.deletes) === 0)
    t.inconclusive(`the agent deleted no entry of the client in ${rounds.length} cycles: nothing was raced`);
}
