/** What must be proven before a race is judged: policy enforced, tuples in the agent's map, rows gone from the kernel's table. */
import { setTimeout as delay } from 'node:timers/promises';
import type { NotProven, Premise, Proof } from '../../../harness/run/context.ts';
import { bellPort } from '../stage/race-objects.ts';
import type { RaceStage } from '../stage/race-stage.ts';
import { readConntrack } from '../../../harness/conntrack/conntrack-table.ts';
import { flowOfTuple, ipProtocols, raceFlowCount, type RaceFlows } from './race-flow-set.ts';

const knockWithinMs = 700;
const knockEveryMs = 200;
const enforcedWithinMs = 60_000;
const inARow = 3;

interface Knock {
  readonly heard: boolean;
  readonly from: number;
}

let knocks = 0;

/** One unasked-for datagram from server to client. */
export async function knock(stage: RaceStage, signal: AbortSignal, withinMs = knockWithinMs): Promise<Knock> {
  const message = `k${(knocks += 1)}`;
  const { client, server } = stage;
  const { from } = await server.driver.call<{ from: number }>(
    { cmd: 'knock', address: client.ip, port: bellPort, message },
    signal,
  );
  const { heard } = await client.driver.call<{ heard: boolean }>({ cmd: 'rung', message, withinMs }, signal);
  return { heard, from };
}

/** Before the policy: a later silence is then the policy's doing. */
export function pathIsOpen(stage: RaceStage): Premise<undefined> {
  return {
    name: 'an unasked-for datagram of the server reaches the client before the policy',
    async prove(signal) {
      await stage.client.driver.call({ cmd: 'hang-bell', port: bellPort }, signal);
      for (let tries = 1; tries <= 10; tries += 1)
        if ((await knock(stage, signal)).heard) return proven(undefined, `heard at try ${tries}`);
      return notProven('10 datagrams, none heard');
    },
  };
}

/** Of a pod that came back under its old name: open, because the policy names its old address, or shut by the agent's own DENY. */
export function pathIsOpenOrDenied(stage: RaceStage): Premise<undefined> {
  return {
    name: 'an unasked-for datagram of the server reaches the client that came back, or the agent says that it denied it',
    async prove(signal) {
      await stage.client.driver.call({ cmd: 'hang-bell', port: bellPort }, signal);
      let denied = 0;
      for (let tries = 1; tries <= 10; tries += 1) {
        const mark = stage.log.mark;
        const { heard, from } = await knock(stage, signal);
        if (heard) return proven(undefined, `heard at try ${tries}`);
        if (stage.log.lines.slice(mark).some((line) => isDenial(line, stage.server.ip, from))) denied += 1;
        if (denied >= inARow) return proven(undefined, `enforced before its policy was updated: ${denied} DENY lines`);
      }
      return notProven(`10 datagrams, none heard, ${denied} DENY lines: who dropped them is unknown`);
    },
  };
}

/** What was seen of a policy on an isolated pod. */
export type Enforcement =
  | { readonly state: 'enforced'; readonly told: string }
  /** The server is heard; `gaveUp`: the agent's own word that it could not load or attach its programs for this pod. */
  | { readonly state: 'open'; readonly told: string; readonly gaveUp?: string }
  /** Silent, and nobody says that it denied: the way may be broken. */
  | { readonly state: 'unexplained'; readonly told: string };

/** Knocks until several in a row are silent and the agent's own log has a DENY line, or the time is over. */
export async function watchEnforcement(
  stage: RaceStage,
  signal: AbortSignal,
  withinMs = enforcedWithinMs,
): Promise<Enforcement> {
  const started = Date.now();
  let silent = 0;
  let denied = 0;
  let tries = 0;
  while (Date.now() - started < withinMs) {
    const mark = stage.log.mark;
    const { heard, from } = await knock(stage, signal);
    tries += 1;
    if (heard) await delay(knockEveryMs, undefined, { signal });
    silent = heard ? 0 : silent + 1;
    if (!heard && stage.log.lines.slice(mark).some((line) => isDenial(line, stage.server.ip, from))) denied += 1;
    if (silent >= inARow && denied > 0) {
      const told = `${silent} knocks in a row unheard, ${denied} DENY lines, after ${Date.now() - started} ms`;
      return { state: 'enforced', told };
    }
  }
  if (silent >= inARow)
    return {
      state: 'unexplained',
      told: `unheard ${silent} times but no DENY line in the agent's log: who dropped them is unknown`,
    };
  const gaveUp = failedAttach(stage);
  return {
    state: 'open',
    told: `after ${tries} knocks in ${withinMs / 1000} s the client still hears the server: not enforced`,
    ...(gaveUp === undefined ? {} : { gaveUp }),
  };
}

/** The agent's own word that it could not load or attach its programs for the isolated pod. */
function failedAttach({ log, ownerEnd, namespace }: RaceStage): string | undefined {
  for (const line of log.lines)
    if (line.type === 'attach-failed' && line.pod === ownerEnd.name && line.namespace === namespace) return line.reason;
  return undefined;
}

/** The agent's own word that its load of the isolated pod's programs failed; what it says is the value. */
export function loadFailed(stage: RaceStage, withinMs: number): Premise<string> {
  return {
    name: `the agent could not load its programs for ${stage.ownerEnd.name}`,
    async prove(signal) {
      const options = { from: 0, timeoutMs: withinMs, signal, what: 'the agent’s word that a load failed' };
      await stage.log.waitFor((line) => line.type === 'attach-failed', options).catch(() => signal.throwIfAborted());
      const reason = failedAttach(stage);
      return reason === undefined
        ? notProven(`no word of it in the agent's log for ${withinMs / 1000} s`)
        : proven(reason, reason);
    },
  };
}

/** As it was seen; see judge/pod-isolation.ts for what an agent that gave up is found to have done. */
export function policyIsEnforced(stage: RaceStage, seen: Enforcement): Premise<undefined> {
  return {
    name: `the policy of ${stage.ownerEnd.name} is enforced`,
    prove: () => Promise.resolve(seen.state === 'enforced' ? proven(undefined, seen.told) : notProven(seen.told)),
  };
}

function isDenial(line: RaceStage['log']['lines'][number], serverIp: string, from: number): boolean {
  return (
    line.type === 'verdict' &&
    line.verdict === 'DENY' &&
    line.tuple.sourceIp === serverIp &&
    line.tuple.sourcePort === from
  );
}

/** At least this share of the flows has an entry of the owner. */
export function tuplesInAgentMap(stage: RaceStage, flows: RaceFlows, share = 0.95): Premise<ReadonlySet<number>> {
  return {
    name: 'the tuples stand in the agent’s map',
    async prove(signal) {
      const found = await flowsInAgentMap(stage, flows, signal);
      const text = `${found.size} of ${raceFlowCount(flows)} in the map of ${stage.agent.node.name}`;
      return found.size >= share * raceFlowCount(flows) ? proven(found, text) : notProven(text);
    },
  };
}

export async function flowsInAgentMap(stage: RaceStage, flows: RaceFlows, signal: AbortSignal): Promise<Set<number>> {
  const found = new Set<number>();
  for (const { tuple, owner } of await stage.agent.mapKeys(signal)) {
    const flow = owner === stage.ownerEnd.ip ? flowOfTuple(flows, tuple) : undefined;
    if (flow !== undefined) found.add(flow);
  }
  return found;
}

/** Rows of these flows in the kernel's table of the owner's node. */
export async function flowsInKernel(stage: RaceStage, flows: RaceFlows, signal: AbortSignal): Promise<Set<number>> {
  const { protocol, clientIp } = flows;
  const rows = await readConntrack(stage.agent.node, stage.family, { protocol, src: clientIp }, signal);
  const found = new Set<number>();
  for (const { original } of rows) {
    const tuple = {
      sourceIp: original.src,
      sourcePort: original.sport ?? 0,
      destinationIp: original.dst,
      destinationPort: original.dport ?? 0,
      protocol: ipProtocols[protocol],
    };
    const flow = flowOfTuple(flows, tuple);
    if (flow !== undefined) found.add(flow);
  }
  return found;
}

export function tuplesGoneFromKernel(stage: RaceStage, flows: RaceFlows): Premise<undefined> {
  return {
    name: 'the kernel has forgotten the flows',
    async prove(signal) {
      const left = await flowsInKernel(stage, flows, signal);
      return left.size === 0
        ? proven(undefined, `0 rows left on ${stage.agent.node.name}`)
        : notProven(`${left.size} rows are still in the table of ${stage.agent.node.name}`);
    },
  };
}

export function tuplesAliveInKernel(stage: RaceStage, flows: RaceFlows, least: number): Premise<ReadonlySet<number>> {
  return {
    name: 'the flows are alive in the kernel again',
    async prove(signal) {
      const found = await flowsInKernel(stage, flows, signal);
      const text = `${found.size} rows on ${stage.agent.node.name}`;
      return found.size >= least ? proven(found, text) : notProven(`${text}, expected at least ${least}`);
    },
  };
}

function proven<T>(value: T, summary: string): Proof<T> {
  return { proven: true, value, summary };
}

function notProven(reason: string): NotProven {
  return { proven: false, reason };
}
