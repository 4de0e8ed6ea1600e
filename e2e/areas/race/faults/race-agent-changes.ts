/** Established flows while the agent changes under them: which changes cost flows, and whether those come back. */
import { policyIsEnforced, tuplesInAgentMap } from '../evidence/race-premises.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { killAgent, restartAgent, shrinkMap, upgradeAgent } from './agent-changes.ts';
import { addBallast } from './ballast.ts';
import { clientSends, deafFlows, openFlows, type PlainFlows } from './race-plain-flows.ts';
import { openEnforcedStage } from '../stage/race-run.ts';
import type { RaceStage } from '../stage/race-stage.ts';

const count = 500;
const smallestMap = 32_768;
const healWithinMs = 8000;
/** A client that sends meets its own retransmissions at worst: the bound is that of a TCP timeout that doubled once. */
const healBoundMs = 3000;

type Change = (t: SpecContext, stage: RaceStage) => Promise<void>;

export const flowsSurviveRestart = (t: SpecContext): Promise<void> => survive(t, 'restart the agent', restartAgent);
export const flowsSurviveKill = (t: SpecContext): Promise<void> => survive(t, 'kill the agent', killAgent);
export const flowsSurviveUpgrade = (t: SpecContext): Promise<void> =>
  survive(t, 'start the agent with other BPF programs', upgradeAgent);

async function survive(t: SpecContext, title: string, change: Change): Promise<void> {
  const { stage, idle } = await idleFlows(t);
  await t.step(title, () => change(t, stage));
  // Until the policy is in force again everybody is heard, and nothing is shown.
  await t.evidence.require(policyIsEnforced(stage));
  await judgeSurvival(t, stage, idle, title);
}

export async function flowsSurviveFullMap(t: SpecContext): Promise<void> {
  const stage = await openEnforcedStage(t, { owner: 'client' });
  await t.step(`give the agent a map of ${smallestMap} entries`, () => shrinkMap(t, stage, smallestMap));
  // Ready comes before the filters are attached to the new map.
  await t.evidence.require(policyIsEnforced(stage));
  const idle = await openIdle(t, stage);
  const ballast = await t.step('fill the map', () => addBallast(t, stage, { wanted: 2 * smallestMap }));
  await judgeSurvival(t, stage, idle, `${ballast.tuples} other flows went through a map of ${smallestMap} entries`);
}

export async function cutFlowsHeal(t: SpecContext): Promise<void> {
  const { stage, idle } = await idleFlows(t);
  await t.step('make the agent forget its map', () => upgradeAgent(t, stage));
  await t.evidence.require(policyIsEnforced(stage));
  const deaf = await deafFlows(t, stage, idle);
  if (deaf.length === 0) t.inconclusive('no flow was cut, so none could heal: the agent kept its map');
  const { answered, ms } = await t.step('let the client send', () => clientSends(t, stage, idle, deaf, healWithinMs));
  t.evidence.measure({ name: 'healed after', value: ms, unit: 'ms', bound: t.bound(healBoundMs) });
  t.judge({
    ok: answered === deaf.length && ms <= t.bound(healBoundMs),
    subject: `${t.env.subject('policy-agent').name} on ${stage.agent.node.name}`,
    expected: `all ${deaf.length} cut flows to work again within ${healBoundMs} ms of the client's next packet`,
    observed: `${answered} work again, the last after ${Math.round(ms)} ms`,
    durationMs: ms,
  });
}

async function idleFlows(t: SpecContext): Promise<{ readonly stage: RaceStage; readonly idle: PlainFlows }> {
  const stage = await openEnforcedStage(t, { owner: 'client' });
  return { stage, idle: await openIdle(t, stage) };
}

async function openIdle(t: SpecContext, stage: RaceStage): Promise<PlainFlows> {
  const idle = await t.step(`open ${count} flows and leave them idle`, () =>
    openFlows(t, stage, { protocol: 'tcp', count, firstPort: 15_000 }),
  );
  await t.evidence.require(tuplesInAgentMap(stage, idle.flows, 1));
  return idle;
}

async function judgeSurvival(t: SpecContext, stage: RaceStage, idle: PlainFlows, what: string): Promise<void> {
  const started = t.evidence.now();
  const deaf = await deafFlows(t, stage, idle);
  const healed = deaf.length === 0 ? undefined : await clientSends(t, stage, idle, deaf, healWithinMs);
  t.evidence.measure({ name: 'cut', value: deaf.length, unit: 'flows', bound: 0 });
  const after =
    healed === undefined
      ? ''
      : `; ${healed.answered} of them healed when the client sent, the last after ${Math.round(healed.ms)} ms`;
  t.judge({
    ok: deaf.length === 0,
    subject: `${t.env.subject('policy-agent').name} on ${stage.agent.node.name} (${what})`,
    expected: `all ${count} established idle flows to hear the server`,
    observed: `${deaf.length} hear nothing${after}`,
    durationMs: t.evidence.now() - started,
  });
}
