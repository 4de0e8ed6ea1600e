/** Flows that simply live, stay idle or end: what the other claims about the agent's map are judged by. */
import { raceFlowCount, readRanges, type RaceFlows } from '../evidence/race-flow-set.ts';
import { tuplesInAgentMap } from '../evidence/race-premises.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { raiseUdpTimeouts } from '../../../harness/conntrack/conntrack-timeouts.ts';
import { kernelForgets } from '../../../harness/conntrack/kernel-forgets.ts';
import { flowsAccepted } from '../stage/race-accepted.ts';
import { tcpPort, udpPorts } from '../stage/race-objects.ts';
import type { RaceStage } from '../stage/race-stage.ts';

export interface PlainFlows {
  readonly group: string;
  readonly flows: RaceFlows;
  readonly count: number;
}

interface Opened {
  readonly count: number;
  readonly ms: number;
  readonly errors: Readonly<Record<string, number>>;
}

const openWithinMs = 15_000;
const listenMs = 2500;
let words = 0;

/** Opens flows from consecutive client ports to one server port; the same ports may be used by the other protocol. */
export async function openFlows(
  t: SpecContext,
  stage: RaceStage,
  shape: { readonly protocol: 'tcp' | 'udp'; readonly count: number; readonly firstPort: number },
): Promise<PlainFlows> {
  const { protocol, count, firstPort } = shape;
  const grid = {
    clientPorts: { first: firstPort, count },
    serverPorts: { first: protocol === 'tcp' ? tcpPort : udpPorts.first, count: 1 },
  };
  const group = `${protocol}-${firstPort}`;
  const command = { cmd: 'open', group, protocol, address: stage.address, grid, timeoutMs: openWithinMs };
  const opened = await stage.client.driver.call<Opened>(command, t.signal);
  if (opened.count < count)
    t.inconclusive(`only ${opened.count} of ${count} ${protocol} flows opened: ${JSON.stringify(opened.errors)}`);
  const flows = { protocol, clientIp: stage.client.ip, serverIp: stage.addressAtOwner, ...grid };
  t.evidence.record({
    kind: 'step',
    lane: 'flows',
    summary: `${count} ${protocol} flows from port ${firstPort} on are open`,
  });
  return { group, flows, count };
}

const idleFlows = { protocol: 'tcp', count: 500, firstPort: 15_000 } as const;

/** Flows that are established, known to the agent, and silent from then on. */
export async function openIdleFlows(t: SpecContext, stage: RaceStage): Promise<PlainFlows> {
  const idle = await t.step(`open ${idleFlows.count} flows and leave them idle`, () => openFlows(t, stage, idleFlows));
  await t.evidence.require(tuplesInAgentMap(stage, idle.flows, 1));
  return idle;
}

const controlFlows = { protocol: 'tcp', count: 50, firstPort: 16_000 } as const;

/** Flows that are opened after whatever cut the others, and known to the agent. */
export async function openControlFlows(t: SpecContext, stage: RaceStage): Promise<PlainFlows> {
  const control = await openFlows(t, stage, controlFlows);
  await t.evidence.require(tuplesInAgentMap(stage, control.flows, 1));
  return control;
}

const ofEachProtocol = { count: 200, firstPort: 11_000 } as const;

/** The same ports by TCP and by UDP, known to the agent. */
export async function openBothProtocols(t: SpecContext, stage: RaceStage): Promise<readonly PlainFlows[]> {
  const tcp = await openFlows(t, stage, { protocol: 'tcp', ...ofEachProtocol });
  const udp = await openFlows(t, stage, { protocol: 'udp', ...ofEachProtocol });
  for (const plain of [tcp, udp]) await t.evidence.require(tuplesInAgentMap(stage, plain.flows, 1));
  return [tcp, udp];
}

/** Ends the flows by RST (UDP: closes the sockets) and makes the kernel forget them. */
export async function endFlows(t: SpecContext, stage: RaceStage, plain: PlainFlows): Promise<void> {
  await stage.client.driver.call({ cmd: 'reset', group: plain.group }, t.signal);
  await forget(t, stage, plain.flows.protocol);
}

/** Every row of the client and the protocol: callers keep no living flow of that protocol meanwhile. */
async function forget(t: SpecContext, stage: RaceStage, protocol: 'tcp' | 'udp'): Promise<void> {
  const { node } = stage.agent;
  const rows = await kernelForgets(node, stage.family, protocol, stage.client.ip, t.signal);
  t.evidence.record({
    kind: 'fault',
    lane: 'kernel',
    summary: `${rows} ${protocol} rows of ${stage.client.ip} deleted on ${node.name}`,
  });
}

/** The server speaks first; returns the flows that did not hear it. */
export async function deafFlows(t: SpecContext, stage: RaceStage, plain: PlainFlows): Promise<readonly number[]> {
  const message = `w${(words += 1)}`;
  const { client, server } = stage;
  await flowsAccepted(t, server.driver, plain.flows.protocol, plain.count);
  await server.driver.call({ cmd: 'speak', protocol: plain.flows.protocol, message }, t.signal);
  const withinMs = t.wait(listenMs);
  const heard = await client.driver.call<{ flows: string }>(
    { cmd: 'heard', group: plain.group, message, withinMs, enough: plain.count },
    t.signal,
  );
  const hearing = new Set(readRanges(heard.flows));
  return Array.from({ length: raceFlowCount(plain.flows) }, (_, flow) => flow).filter((flow) => !hearing.has(flow));
}

/** The client sends on these flows; returns which answered, and the ms until the last answer. */
export async function clientSends(
  t: SpecContext,
  stage: RaceStage,
  plain: PlainFlows,
  only: readonly number[],
  withinMs: number,
): Promise<{ readonly answered: number; readonly ms: number }> {
  const message = `e${(words += 1)}`;
  const { driver } = stage.client;
  const sentAt = Date.now() + stage.clocks.client;
  await driver.call({ cmd: 'send', group: plain.group, message, only: only.join(',') }, t.signal);
  const heard = await driver.call<{ count: number; lastMs: number }>(
    { cmd: 'heard', group: plain.group, message, withinMs: t.wait(withinMs), enough: only.length },
    t.signal,
  );
  return { answered: heard.count, ms: heard.count === 0 ? 0 : heard.lastMs - sentAt };
}

/** Idle UDP flows live as long as the spec: without this their rows go after 30 s. */
export async function keepUdpRows(t: SpecContext, stage: RaceStage): Promise<void> {
  await raiseUdpTimeouts(t, stage.agent.node);
}
