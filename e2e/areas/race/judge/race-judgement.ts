/** Turns the account of a race into measures, an attachment and one sentence for a maintainer. */
import type { Attack } from '../faults/race-attack.ts';
import type { RaceStage } from '../stage/race-stage.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { InconclusiveError } from '../../../harness/run/verdict-errors.ts';
import { liveFlowKept } from './judgements.ts';
import { raceFlowCount, tupleOfFlow, writeRanges } from '../evidence/race-flow-set.ts';

/** Fewer flows than this share that come back show less than the spec says. */
const LEAST_REOPENED = 0.95;

/** Fails on victims; cuts without a delete line end as inconclusive, because something else cut them. */
export async function judgeRace(t: SpecContext, stage: RaceStage, race: Attack): Promise<void> {
  const { account, flows, observation } = race;
  const name = `race-${flows.protocol}-${flows.clientPorts.first}.json`;
  await t.attach(name, JSON.stringify(evidenceOf(race), undefined, 1), 'application/json');
  const measures: Readonly<Record<string, number>> = {
    'flows alive at the delete pass': account.alive,
    'deleted while alive': account.deletedAlive.size,
    'deleted before they were alive': account.deletedBefore.size,
    'kept by a re-check': account.skipped.size,
    cut: account.cut.size,
    'cut by the cleanup': account.victims.size,
    healed: account.healed.size,
  };
  for (const [measure, value] of Object.entries(measures)) t.evidence.measure({ name: measure, value, unit: 'flows' });
  t.evidence.measure({ name: 'window of deletes', value: account.windowMs * 1000, unit: 'µs' });
  t.evidence.measure({ name: 'verdict after', value: race.ms, unit: 'ms' });
  t.evidence.measure({ name: 'memory of the driver', value: race.driverBytes / 2 ** 20, unit: 'MiB' });
  if (race.healMs !== undefined)
    t.evidence.measure({ name: 'healed after the client sent', value: race.healMs, unit: 'ms' });
  const count = (flows: number): string => flows.toLocaleString('en-US');
  t.evidence.inShort(
    `${count(account.alive - account.cut.size)} of ${count(account.alive)} ${flows.protocol} flows held, ${count(account.victims.size)} cut by the cleanup`,
  );
  for (const flow of account.inFlight) {
    const { sourcePort } = tupleOfFlow(flows, flow);
    const fate = account.cut.has(flow) ? 'it was cut' : 'it was not cut';
    t.evidence.record({
      kind: 'log-line',
      lane: 'agent',
      summary: `key in flight at the stop: source port ${sourcePort}, ${fate}; set apart, because the stop itself parted its check from its delete`,
    });
  }
  const [example] = account.victims;
  const tuple = example === undefined ? undefined : tupleOfFlow(flows, example);
  const denied = [...account.victims].filter((flow) => account.denied.has(flow)).length;
  t.judge(liveFlowKept, {
    outcome: account.victims.size === 0 ? 'kept' : 'cut-by-delete',
    facts: {
      owner: stage.owner,
      path: stage.address === stage.server.ip ? 'pod' : 'service',
      protocol: flows.protocol,
      agent: observation.stoppedAtMs === undefined ? 'at-its-pace' : 'held',
    },
    measures: { 'share-cut': account.alive === 0 ? 0 : account.victims.size / account.alive },
    subject: `${t.env.subject('policy-agent').name} on ${stage.agent.node.name}, ${flows.protocol} ${flows.clientIp} → ${stage.address} (entries of the ${stage.owner})`,
    expected: `no live flow of ${account.alive} to lose its conntrack entry to a cleanup pass`,
    observed:
      tuple === undefined
        ? `0 cut by a delete; ${account.skipped.size} kept by a re-check, ${account.deletedBefore.size} deleted before they were alive`
        : `${account.victims.size} live flows cut: each had a "Conntrack cleanup Delete" for its own tuple after it was re-opened, ${denied} have a DENY line, ${race.onWire} had replies on the node's wire that the pod never heard, ${account.healed.size} healed when the client sent; the deletes lie within ${account.windowMs * 1000} µs; for instance source port ${tuple.sourcePort}`,
    durationMs: race.ms,
    artifact: name,
  });
  if (account.otherCause.size > 0)
    throw new InconclusiveError(
      `${account.otherCause.size} of ${account.alive} flows were cut without a delete line after their re-opening: another cause than this race; see ${name}`,
    );
  const all = raceFlowCount(flows);
  if (account.alive < LEAST_REOPENED * all)
    throw new InconclusiveError(
      `only ${account.alive} of ${all} flows could be opened again: too few to show anything`,
    );
}

function evidenceOf(race: Attack) {
  const { account, flows, observation } = race;
  return {
    flows,
    count: raceFlowCount(flows),
    owner: observation.owner,
    ballast: race.ballast ?? null,
    stoppedAtMs: observation.stoppedAtMs ?? null,
    spokeAtMs: observation.spokeAtMs,
    openMs: race.openMs,
    healMs: race.healMs ?? null,
    windowMicroseconds: account.windowMs * 1000,
    inFlight: [...account.inFlight],
    repliesOnWire: race.onWire,
    alive: account.alive,
    deletedBefore: writeRanges(account.deletedBefore),
    deletedAlive: writeRanges(account.deletedAlive),
    skipped: writeRanges(account.skipped),
    denied: writeRanges(account.denied),
    cut: writeRanges(account.cut),
    victims: writeRanges(account.victims),
    healed: writeRanges(account.healed),
    otherCause: writeRanges(account.otherCause),
  };
}
