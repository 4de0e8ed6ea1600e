/** Waits for the agent's cleanup passes by its own log: one that reads the map, then one that deletes, half a period apart. */
import type { NpaLogLine } from '../evidence/npa-log.ts';
import { NpaLogTimeout } from '../evidence/npa-log-follower.ts';
import { hiddenDeletes, whyNoPass } from '../evidence/npa-log-reading.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import type { RaceStage } from './race-stage.ts';

/** A pass that starts from now on and reads the agent's map whole; returns the place of its last line. */
export async function awaitHydration(t: SpecContext, stage: RaceStage): Promise<number> {
  const { log } = stage;
  const mark = log.mark;
  await awaitLine(t, stage, 'pass-start', mark, 'a cleanup pass');
  const start = log.lines.findIndex((line, index) => index >= mark && line.type === 'pass-start');
  await awaitLine(t, stage, 'hydrated', start, 'a pass that reads the map');
  return log.lines.findIndex((line, index) => index >= start && line.type === 'hydrated');
}

/** An agent whose map is empty begins passes and says no more: that many beginnings hold a reading and a deleting pass for sure. */
const startsOfACycle = 4;

/** That many cleanup cycles, each a reading of the map that began from now on and the delete pass after it; the last line of them. */
export async function awaitCycles(t: SpecContext, stage: RaceStage, count: number): Promise<NpaLogLine | undefined> {
  let last: NpaLogLine | undefined;
  for (let cycle = 1; cycle <= count; cycle += 1) {
    const timeoutMs = 4 * stage.periodMs + 20_000;
    const options = {
      from: stage.log.mark,
      timeoutMs,
      signal: t.signal,
      what: `the end of cleanup cycle ${cycle} of ${count}`,
    };
    last = await stage.log.waitFor(endOfCycle(), options).catch(notCleaning(t, stage));
    await requireReading(t, stage, options.from);
  }
  return last;
}

/** Passes that begin and never read a map that holds entries are no cleanup: such an agent cannot be judged by what stays. */
async function requireReading(t: SpecContext, stage: RaceStage, from: number): Promise<void> {
  if (stage.log.lines.slice(from).some(({ type }) => type === 'hydrated' || type === 'pass-done')) return;
  const entries = (await stage.agent.mapKeys(t.signal)).length;
  if (entries > 0)
    t.inconclusive(
      `the agent on ${stage.agent.node.name} began ${startsOfACycle} cleanup passes and read its map in none, though it holds ${entries} entries: ${whyNoPass(stage.log, from)}`,
    );
}

/** Fed with every line in order; true at the line that ends the cycle. */
export function endOfCycle(): (line: { readonly type: string }) => boolean {
  let starts = 0;
  let hydrated = false;
  return ({ type }) => {
    if (type === 'pass-start') starts += 1;
    if (type === 'hydrated' && starts > 0) hydrated = true;
    return (type === 'pass-done' && hydrated) || starts === startsOfACycle;
  };
}

async function awaitLine(t: SpecContext, stage: RaceStage, type: string, from: number, what: string): Promise<void> {
  const timeoutMs = 3 * stage.periodMs + 20_000;
  await stage.log
    .waitFor((line) => line.type === type, { from, timeoutMs, signal: t.signal, what })
    .catch(notCleaning(t, stage));
}

/** An agent whose cleanup does not run shows nothing, good or bad. */
export function notCleaning(t: SpecContext, stage: RaceStage): (error: unknown) => never {
  return (error) => {
    if (error instanceof NpaLogTimeout) t.inconclusive(`${error.message}: ${whyNoPass(stage.log, 0)}`);
    throw error;
  };
}

/** Ends the spec unless the agent tells of each delete and denial since `from` in a form that is known. */
export function requireReadable(t: SpecContext, stage: RaceStage, from: number): void {
  const hidden = hiddenDeletes(stage.log, from, stage.logLevel);
  if (hidden !== undefined) t.inconclusive(`the agent on ${stage.agent.node.name}: ${hidden}`);
}
