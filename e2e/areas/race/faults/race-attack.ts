/**
 * One race: flows are opened, closed by RST and forgotten by the kernel, and opened again while the agent deletes what its
 * snapshot lacked. The five steps have the names that the first reproducer of this race gave them.
 */
import type { AttackPlan } from './attack-plan.ts';
import { accountRace, type RaceAccount, type RaceObservation } from '../evidence/race-account.ts';
import { readRanges, type RaceFlows, writeRanges } from '../evidence/race-flow-set.ts';
import { tuplesGoneFromKernel, tuplesInAgentMap } from '../evidence/race-premises.ts';
import { watchReplies } from '../evidence/race-replies.ts';
import { InconclusiveError } from '../../../harness/run/verdict-errors.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { keepRate } from './measured-rates.ts';
import { addBallast, type Ballast } from './ballast.ts';
import { kernelForgets } from '../../../harness/conntrack/kernel-forgets.ts';
import { awaitHydration, requireReadable } from '../stage/race-passes.ts';
import { arm, type Opened, openWithinMs, trigger } from './race-trigger.ts';
import { flowsAccepted } from '../stage/race-accepted.ts';
import { ballastPort, firstFlowPort, tcpPort, udpPorts } from '../stage/race-objects.ts';
import type { RaceStage } from '../stage/race-stage.ts';

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
  /** Most memory that the program in the client's pod ever held. */
  readonly driverBytes: number;
  /** Deletes a second of the pass over the ballast. */
  readonly rate: number | undefined;
}

interface Heard {
  readonly count: number;
  readonly flows: string;
  readonly firstMs: number;
  readonly lastMs: number;
}

const preparations = 4;
const listenMs = 2500;
const healWithinMs = 8000;

export async function attack(t: SpecContext, stage: RaceStage, plan: AttackPlan): Promise<Attack> {
  const { protocol } = plan;
  const started = t.evidence.now();
  const { client, server, agent, log, ownerEnd } = stage;

  const { ballast, hydratedAt, armed, flows, group } = await prepare(t, stage, plan);
  const race = await t.step('race trigger', () => trigger(t, stage, { plan, flows, hydratedAt, armed }));
  const replies = await watchReplies(t, agent.node, client.ip, flows);
  return t.step('verification', async () => {
    const word = `s${plan.iteration}`;
    await flowsAccepted(t, server.driver, protocol, race.aliveAtMs.size);
    const spokeAtMs = Date.now() + stage.clocks.agent;
    await server.driver.call({ cmd: 'speak', protocol, message: word }, t.signal);
    const heard = await hearing(t, stage, group, word, race.aliveAtMs.size, listenMs);
    const heardFlows = new Set(readRanges(heard.flows));
    const cut = [...race.aliveAtMs.keys()].filter((flow) => !heardFlows.has(flow));
    const onWire = await replies.seen(new Set(cut));
    const echo = `e${plan.iteration}`;
    const sentAtMs = Date.now() + stage.clocks.client;
    if (cut.length > 0)
      await client.driver.call({ cmd: 'send', group, message: echo, only: writeRanges(cut) }, t.signal);
    const healed = cut.length === 0 ? undefined : await hearing(t, stage, group, echo, cut.length, healWithinMs);
    requireReadable(t, stage, hydratedAt);
    const observation: RaceObservation = {
      flows,
      owner: ownerEnd.ip,
      log: log.lines.slice(hydratedAt),
      aliveAtMs: race.aliveAtMs,
      reopenedFromMs: race.reopenedFromMs,
      heard: heardFlows,
      healed: new Set(readRanges(healed?.flows ?? '')),
      ...(race.stoppedAtMs === undefined ? {} : { stoppedAtMs: race.stoppedAtMs }),
      spokeAtMs,
    };
    const { peak } = await client.driver.call<{ peak: number }>({ cmd: 'memory' }, t.signal);
    await client.driver.call({ cmd: 'drop', group }, t.signal);
    const rate = ballast === undefined || race.passMs === 0 ? undefined : (ballast.tuples * 1000) / race.passMs;
    if (rate !== undefined) keepRate(t, stage, rate);
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
      driverBytes: peak,
      rate,
    };
  });
}

/** Ballast by node, where its kernel could not forget more within half a cleanup period: the next race begins with that. */
const forgettable = new Map<string, number>();

/** Until the kernel has forgotten flows that the agent still remembers, with time left before its delete pass. */
async function prepare(t: SpecContext, stage: RaceStage, plan: AttackPlan) {
  const { agent, client, log } = stage;
  const protocols = plan.mode === 'ballast' ? (['udp', 'tcp'] as const) : ([plan.protocol] as const);
  let ballast: Ballast | undefined;
  const place = `${t.env.cluster.name}/${agent.node.name}`;
  for (let attempt = 1; attempt <= preparations; attempt += 1) {
    // Other ports each time: an agent that counts misses has counted one for these already.
    const flows = planFlows(t, stage, plan);
    const group = `${plan.protocol}-${flows.clientPorts.first}`;
    await t.step('initial connections', async () => {
      if (plan.mode === 'ballast')
        ballast = await addBallast(t, stage, { rate: plan.rate, wanted: forgettable.get(place) });
      await openOnce(t, stage, { plan, group, flows });
      await t.evidence.require(tuplesInAgentMap(stage, flows));
      await client.driver.call({ cmd: 'reset', group }, t.signal);
    });
    const hydratedAt = await t.step('cleanup prediction', () => awaitHydration(t, stage));
    const armed = await arm(t, stage, { plan, group });
    await t.step('kernel timeout', async () => {
      for (const each of protocols) {
        const rows = await kernelForgets(agent.node, stage.family, each, client.ip, t.signal);
        const summary = `${rows} ${each} rows of ${client.ip} deleted on ${agent.node.name}`;
        t.evidence.record({ kind: 'fault', lane: 'kernel', summary });
      }
      await t.evidence.require(tuplesGoneFromKernel(stage, flows));
    });
    // A pass that began before the last row was gone took its snapshot too early: it may delete nothing, or half.
    const tooEarly = log.lines.slice(hydratedAt).some(({ type }) => type === 'pass-start');
    if (!tooEarly) return { ballast, hydratedAt, armed, flows, group };
    await armed.disarm();
    // Half the rows are forgotten in half the time, and a machine that is slow at that is slow at deleting keys as well.
    if (ballast !== undefined) forgettable.set(place, Math.max(20_000, Math.floor(ballast.tuples / 2)));
    t.log(`the delete pass began before the kernel had forgotten all (${attempt} of ${preparations})`);
  }
  t.inconclusive(
    `in ${preparations} cycles the agent's delete pass began before the kernel had forgotten the flows: the machine is too slow for a cleanup period of ${stage.periodMs / 1000} s`,
  );
}

async function openOnce(
  t: SpecContext,
  stage: RaceStage,
  race: { plan: AttackPlan; group: string; flows: RaceFlows },
): Promise<void> {
  const { plan, group, flows } = race;
  const { clientPorts, serverPorts, protocol } = flows;
  const grid = { clientPorts, serverPorts };
  const command = { cmd: 'open', group, protocol, address: stage.address, grid, timeoutMs: openWithinMs };
  const first = await stage.client.driver.call<Opened>(command, t.signal);
  const text = `${first.count} of ${plan.flows} ${protocol} flows open in ${Math.round(first.ms)} ms`;
  t.evidence.record({ kind: 'step', lane: 'flows', summary: text, data: { errors: first.errors } });
  if (first.count < 0.95 * plan.flows) t.inconclusive(`${text}: ${JSON.stringify(first.errors)}`);
}

let blocks = 0;

function planFlows(t: SpecContext, stage: RaceStage, plan: AttackPlan): RaceFlows {
  const { protocol, flows: count } = plan;
  const room = ballastPort - firstFlowPort;
  // The server listens at one TCP port and at many UDP ports; one source port serves each of those once.
  const wide = protocol === 'udp' && count > room;
  if (count > room && !wide) t.inconclusive(`${count} ${protocol} flows do not fit into ${room} source ports`);
  const serverPorts = wide ? udpPorts : { first: protocol === 'tcp' ? tcpPort : udpPorts.first, count: 1 };
  const sources = Math.ceil(count / serverPorts.count);
  const fit = Math.max(1, Math.floor(room / sources));
  const clientPorts = { first: firstFlowPort + (blocks++ % fit) * sources, count: sources };
  return { protocol, clientIp: stage.client.ip, serverIp: stage.addressAtOwner, clientPorts, serverPorts };
}

async function hearing(
  t: SpecContext,
  stage: RaceStage,
  group: string,
  message: string,
  enough: number,
  ms: number,
): Promise<Heard> {
  const withinMs = t.wait(ms);
  return stage.client.driver.call<Heard>({ cmd: 'heard', group, message, withinMs, enough }, t.signal);
}

/** The least share of flows that has to stand in the agent's way for a race without a cut to mean anything. */
const leastExposed = 0.25;

/** A race whose keys were mostly deleted before the flows were alive again, and that cut nothing, shows nothing. */
export function requireStrength({ account, deletesSeen }: Attack, mode: AttackPlan['mode']): void {
  const exposed = account.alive - account.deletedBefore.size;
  const advice = mode === 'held' ? 'the agent was held too late; try' : 'try --race-mode held, or';
  if (deletesSeen && exposed < leastExposed * account.alive)
    throw new InconclusiveError(
      `weak race: only ${exposed} of ${account.alive} flows were alive again before the agent came to their keys; ${advice} a calmer machine`,
    );
}
