/** Connections that policy denies: each leaves the SYN that began it in the kernel's table of the node where it is dropped. */
import { readConntrack } from '../../../harness/conntrack/conntrack-table.ts';
import { kernelForgets } from '../../../harness/conntrack/kernel-forgets.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { tcpPort } from '../stage/race-objects.ts';
import type { RaceEnd, RaceStage } from '../stage/race-stage.ts';

/** How the isolated pod is named by who calls it. */
export const DENIED_PATHS = ['pod', 'service', 'node-port'] as const;
export type DeniedPath = (typeof DENIED_PATHS)[number];

export interface DeniedAim {
  readonly path: DeniedPath;
  readonly address: string;
  readonly port: number;
}

/** Each SYN is sent again after a second, and once more: a row that is denied again is a row that has to go again. */
const connectMs = 2500;
/** How long a proxy may take to know a new Service. */
const knownWithinMs = 30_000;
const floodPorts = { first: 20_000, apart: 2000 };

interface Opened {
  readonly count: number;
  readonly errors: Readonly<Record<string, number>>;
}
type Shape = { readonly group: string; readonly first: number; readonly count: number; readonly timeoutMs: number };

async function connect(t: SpecContext, from: RaceEnd, aim: DeniedAim, shape: Shape): Promise<Opened> {
  const { group, first, count, timeoutMs } = shape;
  const grid = { clientPorts: { first, count }, serverPorts: { first: aim.port, count: 1 } };
  const command = { cmd: 'open', group, protocol: 'tcp', address: aim.address, grid, timeoutMs };
  const opened = await from.driver.call<Opened>(command, t.signal);
  await from.driver.call({ cmd: 'drop', group }, t.signal);
  return opened;
}

/** DENY lines about TCP to the isolated pod's port since `mark`: sources may be translated, so they are not compared. */
function denials(stage: RaceStage, mark: number): number {
  const aimed = stage.log.lines
    .slice(mark)
    .filter((line) => line.type === 'verdict' && line.verdict === 'DENY' && line.tuple.destinationPort === tcpPort);
  return aimed.filter((line) => line.type === 'verdict' && line.tuple.destinationIp === stage.client.ip).length;
}

/**
 * Waits until a single connection on this path is denied by the agent's own word: then the way is known as far as its filter.
 * Returns what was seen instead when policy lets it in, as some agents do with packets of their own node.
 */
export async function deniedHere(
  t: SpecContext,
  stage: RaceStage,
  from: RaceEnd,
  aim: DeniedAim,
): Promise<'denied' | 'let-in'> {
  const until = t.evidence.now() + t.wait(knownWithinMs);
  const first = floodPorts.first - 1 - DENIED_PATHS.indexOf(aim.path);
  for (let tries = 1; ; tries += 1) {
    const mark = stage.log.mark;
    const shape = { group: `probe-${aim.path}-${tries}`, first, count: 1, timeoutMs: 700 };
    const { count, errors } = await connect(t, from, aim, shape);
    if (denials(stage, mark) > 0) return 'denied';
    // Nobody listens there: a refusal is the isolated pod's own word.
    if (count > 0 || errors['ECONNREFUSED'] !== undefined) return 'let-in';
    if (t.evidence.now() > until)
      t.inconclusive(
        `a connection to ${aim.address}:${aim.port} (${aim.path}) met neither the agent's DENY nor the pod in ${tries} tries`,
      );
  }
}

export interface Flood {
  readonly sent: number;
  /** DENY lines of the agent for them; one for each SYN, so there may be more. */
  readonly denied: number;
}

/** Begins `count` connections at once and gives each up after `connectMs`: nothing is sent on any of them from then on. */
export async function floodDenied(
  t: SpecContext,
  stage: RaceStage,
  from: RaceEnd,
  aim: DeniedAim,
  count: number,
): Promise<Flood> {
  const mark = stage.log.mark;
  const first = floodPorts.first + DENIED_PATHS.indexOf(aim.path) * floodPorts.apart;
  t.defer(`make the kernel forget what ${from.name} sent`, (signal) =>
    kernelForgets(stage.agent.node, stage.family, 'tcp', from.ip, signal),
  );
  const opened = await connect(t, from, aim, { group: `flood-${aim.path}`, first, count, timeoutMs: connectMs });
  const others = Object.entries(opened.errors).filter(([code]) => code !== 'TIMEOUT');
  if (opened.count > 0 || others.length > 0)
    t.inconclusive(
      `${count} connections to ${aim.address}:${aim.port} (${aim.path}) had to end in silence: ${opened.count} were opened, ${JSON.stringify(opened.errors)}`,
    );
  const denied = denials(stage, mark);
  t.evidence.record({
    kind: 'fault',
    lane: 'flows',
    summary: `${count} connections to ${aim.address}:${aim.port} were begun and given up, ${denied} DENY lines`,
  });
  return { sent: count, denied };
}

/** Rows of the owner's node that these connections left and that are still there. */
export async function deniedRows(stage: RaceStage, from: RaceEnd, aim: DeniedAim, signal: AbortSignal) {
  const match = { protocol: 'tcp', src: from.ip, dst: aim.address } as const;
  const rows = await readConntrack(stage.agent.node, stage.family, match, signal);
  return rows.filter(({ original }) => original.dport === aim.port && (original.sport ?? 0) >= floodPorts.first).length;
}
