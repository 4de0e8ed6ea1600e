/**
 * The race met by chance, the agent untouched: 5-tuples that the kernel forgot are opened again and again around the time
 * when the next delete pass is due. What the deterministic specs replace; kept as the baseline that they are measured against.
 */
import { accountRace, type RaceAccount, type RaceObservation } from '../evidence/race-account.ts';
import { readRanges, type RaceFlows, tupleOfFlow } from '../evidence/race-flow-set.ts';
import { tuplesInAgentMap } from '../evidence/race-premises.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { kernelForgets } from '../../../harness/conntrack/kernel-forgets.ts';
import { flowsAccepted } from '../stage/race-accepted.ts';
import { tcpPort } from '../stage/race-objects.ts';
import { awaitHydration, notCleaning, requireReadable } from '../stage/race-passes.ts';
import type { RaceStage } from '../stage/race-stage.ts';

const perIteration = 2000;
const openWithinMs = 20_000;
const listenMs = 2500;
/** For flows that hear nothing and were denied nothing: a busy machine is late. */
const listenLongerMs = 15_000;

export interface NaturalRound {
  /** How many there were, and how many of them could be opened again. */
  readonly flows: number;
  readonly opened: number;
  readonly cut: number;
  /** Keys of the client whose deletes the agent logged: without any nothing was raced. */
  readonly deletes: number;
  /** Cut, and the agent logged a delete for the very tuple, and then denied its reply. */
  readonly victims: number;
  /** Heard nothing, and no denial tells why: the probe’s own failure, for all we know. */
  readonly unclear: number;
  /** Denied, and the agent logged no delete while they were alive: something else cut them. */
  readonly otherCause: number;
}

interface Opened {
  readonly count: number;
  readonly flows: string;
  readonly openedAfterMs: readonly number[];
  readonly startedMs: number;
}

/** One cleanup cycle: open, end, forget, wait for the pass that is due, open again while it is due, listen. */
export async function sprayRound(t: SpecContext, stage: RaceStage, round: number): Promise<NaturalRound> {
  const { client, server, agent, log } = stage;
  const clientPorts = { first: 10_000 + (round % 10) * perIteration, count: perIteration };
  const grid = { clientPorts, serverPorts: { first: tcpPort, count: 1 } };
  const flows: RaceFlows = { protocol: 'tcp', clientIp: client.ip, serverIp: stage.addressAtOwner, ...grid };
  const group = `natural-${round}`;
  const open = { cmd: 'open', group, protocol: 'tcp', address: stage.address, grid, timeoutMs: openWithinMs };
  const says = (summary: string): void => t.evidence.record({ kind: 'step', lane: 'flows', summary });

  await t.step('initial connections', async () => {
    const first = await client.driver.call<Opened>(open, t.signal);
    says(`${first.count} of ${perIteration} flows open`);
    await t.evidence.require(tuplesInAgentMap(stage, flows, 0.9));
    await client.driver.call({ cmd: 'reset', group }, t.signal);
  });
  const hydratedAt = await t.step('cleanup prediction', () => awaitHydration(t, stage));
  await t.step('kernel timeout', async () => {
    const rows = await kernelForgets(agent.node, stage.family, 'tcp', client.ip, t.signal);
    says(`${rows} rows forgotten by the kernel`);
  });

  // The pass is due half a period after the map was read; the spray starts at its first line and hopes to meet its deletes.
  const options = { from: hydratedAt, timeoutMs: 3 * stage.periodMs + 20_000, signal: t.signal };
  const again = await t.step('race trigger', async () => {
    await log
      .waitFor((line) => line.type === 'pass-start', { ...options, what: 'the pass that was predicted' })
      .catch(notCleaning(t, stage));
    const opened = await client.driver.call<Opened>(open, t.signal);
    says(`${opened.count} of the same flows open again`);
    return opened;
  });
  return t.step('verification', async () => {
    await log
      .waitFor((line) => line.type === 'pass-done', { ...options, what: 'the end of the delete pass' })
      .catch(notCleaning(t, stage));
    const message = `n${round}`;
    await flowsAccepted(t, server.driver, 'tcp', again.count);
    const spokeAtMs = Date.now() + stage.clocks.agent;
    const startedAtAgentMs = again.startedMs - stage.clocks.client + stage.clocks.agent;
    await server.driver.call({ cmd: 'speak', protocol: 'tcp', message }, t.signal);
    const opened = readRanges(again.flows);
    const account = async (withinMs: number): Promise<RaceAccount> => {
      const hear = { cmd: 'heard', group, message, withinMs, enough: again.count };
      const heard = await client.driver.call<Opened>(hear, t.signal);
      return accountRace({
        ...{ flows, owner: stage.ownerEnd.ip, log: log.lines.slice(hydratedAt), spokeAtMs },
        aliveAtMs: new Map(opened.map((flow, at) => [flow, startedAtAgentMs + (again.openedAfterMs[at] ?? 0)])),
        ...{ reopenedFromMs: startedAtAgentMs, heard: new Set(readRanges(heard.flows)), healed: new Set<number>() },
      });
    };
    let seen = await account(t.wait(listenMs));
    if (undenied(seen).length > 0) seen = await account(t.wait(listenLongerMs));
    requireReadable(t, stage, hydratedAt);
    const victims = [...seen.victims].filter((flow) => seen.denied.has(flow));
    if (victims.length > 0)
      await attachVictims(t, `victims-${round + 1}.jsonl`, victims.slice(0, 20), flows, log.lines.slice(hydratedAt));
    await client.driver.call({ cmd: 'drop', group }, t.signal);
    const unclear = undenied(seen).length;
    const otherCause = [...seen.otherCause].filter((flow) => seen.denied.has(flow)).length;
    const deletes = seen.deletedBefore.size + seen.deletedAlive.size;
    says(
      `${seen.cut.size} of ${again.count} hear nothing, ${victims.length} of them by a delete of their own tuple, ${unclear} without a denial; ${deletes} deletes`,
    );
    const { size: cut } = seen.cut;
    return { flows: perIteration, opened: again.count, deletes, cut, victims: victims.length, unclear, otherCause };
  });
}

function undenied({ cut, denied }: RaceAccount): readonly number[] {
  return [...cut].filter((flow) => !denied.has(flow));
}

/** What the agent logged about them, so that a reader can follow a cut without the agent’s whole log. */
async function attachVictims(
  t: SpecContext,
  name: string,
  victims: readonly number[],
  flows: RaceFlows,
  log: RaceObservation['log'],
): Promise<void> {
  const ports = new Set(victims.map((flow) => tupleOfFlow(flows, flow).sourcePort));
  const about = log.filter(
    (line) => !('tuple' in line) || ports.has(line.tuple.sourcePort) || ports.has(line.tuple.destinationPort),
  );
  await t.attach(name, about.map((line) => JSON.stringify(line)).join('\n'), 'application/jsonl');
}
