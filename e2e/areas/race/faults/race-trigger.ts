/** The moment of the race: the 5-tuples are opened again while the agent deletes their keys, held or at its own pace. */
import type { NpaLogLine } from '../evidence/npa-log.ts';
import { raceFlowCount, readRanges, type RaceFlows } from '../evidence/race-flow-set.ts';
import { tuplesAliveInKernel } from '../evidence/race-premises.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { armAgentHold } from './agent-hold.ts';
import type { AttackPlan } from './attack-plan.ts';
import { signalPort } from '../stage/race-objects.ts';
import { notCleaning } from '../stage/race-passes.ts';
import { armDeleteSignal } from './race-signal.ts';
import type { RaceStage } from '../stage/race-stage.ts';

export interface Opened {
  readonly count: number;
  readonly flows: string;
  readonly openedAfterMs: readonly number[];
  readonly startedMs: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly ms: number;
  /** Who fired, when the flows were opened by signal. */
  readonly signalled?: string;
}

export const openWithinMs = 20_000;

export interface Triggered {
  readonly aliveAtMs: ReadonlyMap<number, number>;
  readonly reopenedFromMs: number;
  readonly stoppedAtMs: number | undefined;
  readonly openMs: number;
  readonly deletesSeen: boolean;
  /** From the first delete line for an owner's key that we read to the end of the pass. */
  readonly passMs: number;
}

interface Race {
  readonly plan: AttackPlan;
  readonly flows: RaceFlows;
  readonly armed: Armed;
  /** Place of the log line after which the agent's copy of its map holds our keys. */
  readonly hydratedAt: number;
}

export async function trigger(t: SpecContext, stage: RaceStage, race: Race): Promise<Triggered> {
  const { log } = stage;
  const { flows } = race;
  const line = await firstDelete(t, stage, race);
  const deletesSeen = line.type === 'delete';
  const mark = log.lines.indexOf(line) + 1;
  const { again, stoppedAtMs, goOn } = await race.armed.reopen(deletesSeen);
  const opened = readRanges(again.flows);
  // The client's clock told when; the agent's log will be read beside it.
  const startedAtAgentMs = again.startedMs - stage.clocks.client + stage.clocks.agent;
  const aliveAtMs = new Map(opened.map((flow, index) => [flow, startedAtAgentMs + (again.openedAfterMs[index] ?? 0)]));
  const when = deletesSeen ? 'from the first delete line on' : 'after a pass that deleted nothing';
  t.evidence.record({
    kind: 'fault',
    lane: 'flows',
    at: t.evidence.fromWall(again.startedMs - stage.clocks.client),
    summary: `${again.count} of ${raceFlowCount(flows)} 5-tuples open again in ${Math.round(again.ms)} ms, ${when}${stoppedAtMs === undefined ? '' : ', the agent held'}${again.signalled === 'datagram' ? ', by the node’s signal' : ''}`,
    data: { errors: again.errors },
  });
  if (stoppedAtMs !== undefined)
    await t.evidence.require(tuplesAliveInKernel(stage, flows, 0.9 * raceFlowCount(flows)));
  await goOn();
  // A pass that deleted nothing leaves its decision to the next one: that one has to end before anything is judged.
  const done = await passesEnd(t, stage, mark, deletesSeen ? 1 : 2);
  const passMs = done.atMs - line.atMs;
  return { aliveAtMs, reopenedFromMs: startedAtAgentMs, stoppedAtMs, openMs: again.ms, deletesSeen, passMs };
}

interface Reopened {
  readonly again: Opened;
  readonly stoppedAtMs: number | undefined;
  readonly goOn: () => Promise<void>;
}

/** Everything that is needed at the first delete line stands ready; a pass takes a second, so nothing may start then. */
export interface Armed {
  readonly reopen: (deletesSeen: boolean) => Promise<Reopened>;
  readonly disarm: () => Promise<void>;
}

interface Arming {
  readonly plan: AttackPlan;
  readonly group: string;
}

export function arm(t: SpecContext, stage: RaceStage, race: Arming): Promise<Armed> {
  return race.plan.mode === 'held' ? armHeld(t, stage, race) : armAtOwnPace(t, stage, race);
}

async function armHeld(t: SpecContext, stage: RaceStage, { group }: Arming): Promise<Armed> {
  const hold = await armAgentHold(t, stage.agent, stage.ownerEnd.ip);
  return {
    disarm: () => hold.release(),
    reopen: async (deletesSeen) => {
      const stoppedAtMs = deletesSeen ? await hold.stopped(10_000) : undefined;
      const command = { cmd: 'open', group, timeoutMs: openWithinMs };
      const again = await stage.client.driver.call<Opened>(command, t.signal);
      return { again, stoppedAtMs, goOn: () => hold.release() };
    },
  };
}

async function armAtOwnPace(t: SpecContext, stage: RaceStage, { plan, group }: Arming): Promise<Armed> {
  const { driver } = stage.client;
  const command = { cmd: 'open-on-signal', group, port: signalPort, timeoutMs: openWithinMs };
  const opening = driver.call<Opened>(command, t.signal, 120_000 + waitMs(stage, plan));
  opening.catch(() => undefined);
  const callOff = await armDeleteSignal(t, stage);
  // The node's datagram is quicker, unless the pass deletes nothing.
  const fire = (): Promise<unknown> => driver.call({ cmd: 'fire' }, t.signal);
  return {
    disarm: async () => {
      await callOff();
      await fire();
      await opening;
      await driver.call({ cmd: 'reset', group }, t.signal);
    },
    reopen: async () => {
      await fire();
      return { again: await opening, stoppedAtMs: undefined, goOn: () => Promise.resolve() };
    },
  };
}

function waitMs(stage: RaceStage, plan: AttackPlan): number {
  return (plan.window === 'any' ? 5 : 2) * stage.periodMs + 30_000;
}

/** The first delete of an owner's key; where the first window is attacked, also the end of a pass without one. */
async function firstDelete(t: SpecContext, stage: RaceStage, { plan, hydratedAt }: Race): Promise<NpaLogLine> {
  const { log, ownerEnd } = stage;
  const wanted = (line: NpaLogLine): boolean =>
    (line.type === 'delete' && line.owner === ownerEnd.ip) || (line.type === 'pass-done' && plan.window === 'first');
  const what = `a delete of a key of ${ownerEnd.ip}`;
  const options = { from: hydratedAt, timeoutMs: waitMs(stage, plan), signal: t.signal, what };
  return log.waitFor(wanted, options).catch(notCleaning(t, stage));
}

async function passesEnd(t: SpecContext, stage: RaceStage, mark: number, count: number): Promise<NpaLogLine> {
  const { log } = stage;
  const timeoutMs = 2 * stage.periodMs + 60_000;
  let from = mark;
  for (let end = 1; ; end += 1) {
    const line = await log
      .waitFor((one) => one.type === 'pass-done', {
        from,
        timeoutMs,
        signal: t.signal,
        what: 'the end of the delete pass',
      })
      .catch(notCleaning(t, stage));
    if (end === count) return line;
    from = log.lines.indexOf(line) + 1;
  }
}
