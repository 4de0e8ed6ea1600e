/** Plays one schedule: starts the run, strikes when its time has come, waits for the end, looks at what is left. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { readRun } from '../report/run-record.ts';
import { judgeSchedule, type Judged } from './judge-schedule.ts';
import type { Schedule } from './schedule.ts';
import type { World } from './world.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export async function playSchedule(world: World, schedule: Schedule, reports: string): Promise<Judged> {
  const before = await world.state();
  const { argv, env, begun, mustSay = '' } = world.command(reports, schedule);
  const child = spawn(process.execPath, [...argv], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const started = performance.now();
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  let output = '';
  const hasBegun = new Promise<void>((resolve) => {
    const hear = (chunk: Buffer): void => {
      output += chunk.toString();
      if (output.includes(begun)) resolve();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
  });
  await Promise.race([hasBegun, exited, delay(world.boundMs)]);
  if (!output.includes(mustSay)) {
    child.kill('SIGTERM');
    await exited;
    throw new Error(
      `schedule ${schedule.number}: the run never said "${mustSay.trim()}"; its last words: ${output.slice(-500)}`,
    );
  }
  const { ends, struck } = await strikeAll(world, schedule, { child, reports }, exited);
  const bound = new AbortController();
  const end = await Promise.race([exited, delay(world.boundMs, undefined, { signal: bound.signal })]);
  bound.abort();
  if (end === undefined) child.kill('SIGKILL');
  await Promise.all(ends.map((finish) => finish()));
  const durationMs = performance.now() - started;
  const settled = await settle(world, before);
  const exit = end === undefined ? undefined : (end[0] ?? end[1] ?? 'unknown');
  const attempt = (await readRun(join(reports, 'latest'))).attempts.findLast(({ final }) => final);
  // Each schedule finds the disk as the first one did.
  rmSync(reports, { recursive: true, force: true });
  return judgeSchedule(schedule, world.faults, {
    ...{ exit, durationMs, attempt, output, before, struck },
    ...settled,
  });
}

/** Returns what ends the faults that do not end by themselves. */
async function strikeAll(
  world: World,
  { faults }: Schedule,
  victim: { readonly child: ChildProcess; readonly reports: string },
  exited: Promise<unknown>,
): Promise<{ readonly ends: readonly (() => Promise<void>)[]; readonly struck: readonly string[] }> {
  const begun = performance.now();
  const ends: (() => Promise<void>)[] = [];
  const struck: string[] = [];
  for (const { name, afterMs } of faults) {
    const left = afterMs - (performance.now() - begun);
    if (left > 0) await Promise.race([delay(left), exited]);
    if (victim.child.exitCode !== null || victim.child.signalCode !== null) break;
    struck.push(name);
    const end = await world.faults[name]?.strike(victim);
    if (end !== undefined) ends.push(end);
  }
  return { ends, struck };
}

async function settle(world: World, before: unknown): Promise<{ readonly after: unknown; readonly neededGc: boolean }> {
  const wait = async (): Promise<unknown> => {
    const end = performance.now() + world.settleMs;
    for (;;) {
      const now = await world.state().catch((error: unknown) => ({ unreadable: String(error) }));
      if (isDeepStrictEqual(now, before) || performance.now() > end) return now;
      await delay(500);
    }
  };
  const after = await wait();
  if (isDeepStrictEqual(after, before)) return { after, neededGc: false };
  await world.gc();
  return { after: await wait(), neededGc: true };
}
