/**
 * One race: flows are opened, closed by RST and forgotten by the kernel, and opened again while the agent deletes what its
 * snapshot lacked. The five steps have the names that the first reproducer of this race gave them.
 */
import { accountRace, type RaceAccount, type RaceObservation } from '../evidence/race-account.ts';
import { raceFlowCount, readRanges, type RaceFlows } from '../evidence/race-flow-set.ts';
import { tuplesAliveInKernel, tuplesGoneFromKernel, tuplesInAgentMap } from '../evidence/race-premises.ts';
import { watchReplies } from '../evidence/race-replies.ts';
import { InconclusiveError } from '../run/verdict-errors.ts';
import type { SpecContext } from '../run/context.ts';
import { type AgentHold, armAgentHold } from './agent-hold.ts';
import { addBallast, type Ballast } from './ballast.ts';
import { kernelForgets } from './kernel-forgets.ts';
import { awaitHydration, cleanupPeriodMs, notCleaning } from './race-passes.ts';
import { tcpPort, udpPorts } from './race-objects.ts';
import type { RaceStage } from './race-stage.ts';

export interface AttackPlan {
  readonly mode: 'held' | 'ballast';
  readonly protocol: 'tcp' | 'udp';
  readonly flows: number;
  /** Source ports are never used twice in one pod: NAT may still remember them. */
  readonly iteration: number;
  /** `first`: the first pass that could delete the keys. `any`: the first pass that does, be it the second or third. */
  readonly window: 'first' | 'any';
}

export interface Attack {
  readonly account: RaceAccount;
  readonly observation: RaceObservation;
  readonly flows: RaceFlows;
  readonly ballast: Ballast | undefined;
  /** From the first connection to the last healed flow. */
  readonly ms: number;
  readonly openMs: number;
  readonly healMs: number | undefined;
  /** Cut flows whose reply was seen on the owner's node. */
  readonly onWire: number;
  readonly deletesSeen: boolean;
}

interface Opened {
  readonly count: number;
  readonly flows: string;
  readonly openedAfterMs: readonly number[];
  readonly startedMs: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly ms: number;
}

interface Heard {
  readonly count: number;
  readonly flows: string;
  readonly firstMs: number;
  readonly lastMs: number;
}

const openWithinMs = 20_000;
const listenMs = 2500;
const healWithinMs = 8000;

export async function attack(t: SpecContext, stage: RaceStage, plan: AttackPlan): Promise<Attack> {
  const { protocol } = plan;
  const started = t.evidence.now();
  const flows = planFlows(stage, plan);
  const group = `${protocol}-${plan.iteration}`;
  const { client, server, agent, log, ownerEnd } = stage;
  const periodMs = cleanupPeriodMs(t);

  const ballast = await t.step('initial connections', async () => {
    const added = plan.mode === 'ballast' ? await addBallast(t, stage, 32_000) : undefined;
    const { clientPorts, serverPorts } = flows;
    const first = await client.driver.call<Opened>(
      {
        cmd: 'open',
        group,
        protocol,
        address: stage.address,
        grid: { clientPorts, serverPorts },
        timeoutMs: openWithinMs,
      },
      t.signal,
    );
    const text = `${first.count} of ${plan.flows} ${protocol} flows open in ${Math.round(first.ms)} ms${added === undefined ? '' : `, ${added.tuples} tuples of ballast in ${Math.round(added.ms)} ms`}`;
    t.evidence.record({ kind: 'step', lane: 'flows', summary: text, data: { errors: first.errors } });
    if (first.count < 0.95 * plan.flows) t.inconclusive(`${text}: ${JSON.stringify(first.errors)}`);
    await t.evidence.require(tuplesInAgentMap(stage, flows));
    await client.driver.call({ cmd: 'reset', group }, t.signal);
    return added;
  });

  const hydratedAt = await t.step('cleanup prediction', () => awaitHydration(t, stage));
  await t.step('kernel timeout', async () => {
    const protocols = plan.mode === 'ballast' ? (['udp', 'tcp'] as const) : ([protocol] as const);
    for (const each of protocols) {
      const rows = await kernelForgets(agent.node, stage.family, each, client.ip, t.signal);
      t.evidence.record({
        kind: 'fault',
        lane: 'kernel',
        summary: `${rows} ${each} rows of ${client.ip} deleted on ${agent.node.name}`,
      });
    }
    await t.evidence.require(tuplesGoneFromKernel(stage, flows));
  });

  const hold = plan.mode === 'held' ? await armAgentHold(t, agent, ownerEnd.ip) : undefined;
  const race = await t.step('race trigger', () =>
    trigger(t, stage, { plan, group, flows, hold, hydratedAt, periodMs }),
  );
  const replies = await watchReplies(t, agent.node, client.ip, flows);
  return t.step('verification', async () => {
    const word = `s${plan.iteration}`;
    const spokeAtMs = Date.now();
    await server.driver.call({ cmd: 'speak', protocol, message: word }, t.signal);
    const heard = await hearing(t, stage, group, word, race.aliveAtMs.size, listenMs);
    const heardFlows = new Set(readRanges(heard.flows));
    const cut = [...race.aliveAtMs.keys()].filter((flow) => !heardFlows.has(flow));
    const onWire = await replies.seen(new Set(cut));
    const echo = `e${plan.iteration}`;
    const sentAtMs = Date.now();
    if (cut.length > 0) await client.driver.call({ cmd: 'send', group, message: echo, only: cut.join(',') }, t.signal);
    const healed = cut.length === 0 ? undefined : await hearing(t, stage, group, echo, cut.length, healWithinMs);
    const observation: RaceObservation = {
      flows,
      owner: ownerEnd.ip,
      log: log.lines.slice(hydratedAt),
      aliveAtMs: race.aliveAtMs,
      heard: heardFlows,
      healed: new Set(readRanges(healed?.flows ?? '')),
      ...(race.stoppedAtMs === undefined ? {} : { stoppedAtMs: race.stoppedAtMs }),
      spokeAtMs,
    };
    await client.driver.call({ cmd: 'drop', group }, t.signal);
    return {
      account: accountRace(observation),
      observation,
      flows,
      ballast,
      ms: t.evidence.now() - started,
      openMs: race.openMs,
      healMs: healed === undefined || healed.count === 0 ? undefined : healed.lastMs - sentAtMs,
      onWire,
      deletesSeen: race.deletesSeen,
    };
  });
}

function planFlows(stage: RaceStage, plan: AttackPlan): RaceFlows {
  const { protocol, flows, iteration } = plan;
  const serverPorts = protocol === 'tcp' ? { first: tcpPort, count: 1 } : { first: udpPorts.first, count: 1 };
  const count = Math.ceil(flows / serverPorts.count);
  // Below 32,000 lie the judged flows, above it the ballast; the kernel's own ephemeral ports are not used by these pods.
  const first = 10_000 + ((iteration * count) % Math.max(1, 21_000 - count));
  return {
    protocol,
    clientIp: stage.client.ip,
    serverIp: stage.addressAtOwner,
    clientPorts: { first, count },
    serverPorts,
  };
}

interface Trigger {
  readonly plan: AttackPlan;
  readonly group: string;
  readonly flows: RaceFlows;
  readonly hold: AgentHold | undefined;
  readonly hydratedAt: number;
  readonly periodMs: number;
}

async function trigger(t: SpecContext, stage: RaceStage, race: Trigger) {
  const { log, client, ownerEnd } = stage;
  const { plan, group, flows, hold, hydratedAt, periodMs } = race;
  const timeoutMs = (plan.window === 'any' ? 5 : 2) * periodMs + 30_000;
  const isDelete = (line: (typeof log.lines)[number]): boolean => line.type === 'delete' && line.owner === ownerEnd.ip;
  const options = { from: hydratedAt, timeoutMs, signal: t.signal };
  const deleting = log.waitFor(isDelete, { ...options, what: `a delete of a key of ${ownerEnd.ip}` });
  const first =
    plan.window === 'any'
      ? deleting
      : Promise.race([
          deleting,
          log.waitFor((line) => line.type === 'pass-done', { ...options, what: 'the end of the delete pass' }),
        ]);
  deleting.catch(() => undefined);
  const line = await first.catch(notCleaning(t));
  const deletesSeen = line.type === 'delete';
  const stoppedAtMs = deletesSeen && hold !== undefined ? await hold.stopped(10_000) : undefined;
  const mark = log.mark;
  const again = await client.driver.call<Opened>({ cmd: 'open', group, timeoutMs: openWithinMs }, t.signal);
  const opened = readRanges(again.flows);
  const aliveAtMs = new Map(opened.map((flow, index) => [flow, again.startedMs + (again.openedAfterMs[index] ?? 0)]));
  t.evidence.record({
    kind: 'fault',
    lane: 'flows',
    summary: `${again.count} of ${raceFlowCount(flows)} 5-tuples open again in ${Math.round(again.ms)} ms, ${deletesSeen ? 'from the first delete line on' : 'after a pass that deleted nothing'}${stoppedAtMs === undefined ? '' : ', the agent held'}`,
    data: { errors: again.errors },
  });
  if (stoppedAtMs !== undefined)
    await t.evidence.require(tuplesAliveInKernel(stage, flows, 0.9 * raceFlowCount(flows)));
  await hold?.release();
  // A pass that deleted nothing leaves its decision to the next one: that one has to end before anything is judged.
  const ends = deletesSeen ? 1 : 2;
  let from = mark;
  for (let end = 1; end <= ends; end += 1) {
    const what = 'the end of the delete pass';
    const lineOf = await log
      .waitFor((candidate) => candidate.type === 'pass-done', {
        from,
        timeoutMs: 2 * periodMs + 60_000,
        signal: t.signal,
        what,
      })
      .catch(notCleaning(t));
    from = log.lines.indexOf(lineOf) + 1;
  }
  return { aliveAtMs, stoppedAtMs, openMs: again.ms, deletesSeen };
}

async function hearing(
  t: SpecContext,
  stage: RaceStage,
  group: string,
  message: string,
  enough: number,
  ms: number,
): Promise<Heard> {
  const withinMs = ms * t.env.slowFactor;
  return stage.client.driver.call<Heard>({ cmd: 'heard', group, message, withinMs, enough }, t.signal);
}

/** A race whose keys were mostly deleted before the flows were alive again shows nothing. */
export function requireStrength(race: Attack): void {
  const { account } = race;
  if (race.deletesSeen && account.deletedBefore.size > account.alive / 2)
    throw new InconclusiveError(
      `weak race: ${account.deletedBefore.size} of ${account.alive} keys were deleted before their flows were alive again; try --race-mode held, or a calmer machine`,
    );
}
