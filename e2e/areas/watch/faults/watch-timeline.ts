/** When what happens in a session. Idle lanes are left alone for T and then get updates; commanded faults are fired at once. */
import type { FaultTimes } from '../evidence/fault-times.ts';
import { setTimeout as delay } from 'node:timers/promises';
import type { Bed, Lane } from '../stage/idle-load-balancer.ts';
import type { Backend } from '../stage/watch-backend.ts';
import type { Group } from '../evidence/watch-path.ts';
import type { MadeUpdate } from '../evidence/watch-client-line.ts';
import type { VersionExpiry } from './watch-version-expiry.ts';

interface TimelineOptions {
  readonly bed: Bed;
  readonly idleSeconds: number;
  readonly update?: NonNullable<Backend['update']>;
  readonly restart?: NonNullable<Backend['restart']>;
  readonly expiry?: NonNullable<Backend['expiry']>;
  /** Some client that runs has not seen update n of a lane. */
  readonly isBehind: (profile: string, n: number) => boolean;
  /** Some client has asked for a connection through a lane and has no answer yet. */
  readonly isConnecting: (lane: Lane) => Promise<boolean>;
  readonly signal: AbortSignal;
}

/** Seconds after the command: how long a server may be away, and how long is watched after the first update that it takes. */
const restartSchedule = { away: 120, next: [6, 12], window: 45 };

/**
 * Seconds after the way back is open: client-go waits for 30 s and as much again by chance between two tries, and needs two, the one
 * that is answered 410 and the list. Nobody waits for longer than it takes.
 */
const expirySchedule = { next: [1, 8], window: 15, atMost: 135 };

/** Seconds. `first` leaves expired flows a moment to show that they are; `window` lets a loss be noticed and two updates follow. */
const idleSchedule = { first: 2, next: [5, 10], window: 31 };
/**
 * Seconds after the fault. A client with keepalive after 30 s and ten probes says so after 41 s, HTTP/2 pings after 45 s, a
 * WebSocket ping every 30 s that is missed by the next one after 60 s: the fault of scope `all` is lifted after that, so that
 * recovery can be seen. Who connects anew between 31 and 45 s repeats its SYN 31 s later, after the lift and within the window;
 * who did so earlier, because its last packet was long ago when the fault came, repeats it as much as 63 s later: for that `atMost`.
 */
const commandSchedule = { updates: [1, 12, 66], lift: 61, window: 80, atMost: 100, settle: 3 };

export async function letFaultsHappen(options: TimelineOptions): Promise<FaultTimes> {
  const { bed, signal, update, idleSeconds } = options;
  const start = performance.now();
  const until = async (seconds: number): Promise<void> => {
    const rest = seconds * 1000 - (performance.now() - start);
    if (rest > 0) await delay(rest, undefined, { signal });
  };
  const updates: Record<Group, MadeUpdate[]> = { idle: [], now: [] };
  const make = async (group: Group, n: number): Promise<void> => {
    if (update !== undefined) updates[group].push(await update(group, n, signal));
  };
  const fired = new Map<string, number>();
  const lifted = new Map<string, number>();
  const idleLanes = async (): Promise<void> => {
    const lag = Math.max(0, ...bed.lanes.map(({ profile }) => profile.lagSeconds));
    const first = idleSeconds + idleSchedule.first;
    for (const [index, seconds] of [0, ...idleSchedule.next].entries()) {
      await until(first + seconds);
      await make('idle', index + 1);
    }
    await until(Math.max(first + idleSchedule.window - idleSchedule.first, idleSeconds + lag + 14));
  };
  const commandedLanes = async (): Promise<void> => {
    await until(1);
    const commanded = bed.lanes.filter(({ profile }) => profile.trigger === 'command');
    await Promise.all(commanded.map(async ({ profile }) => fired.set(profile.name, await bed.fire(profile.name))));
    const quick = commanded.every(({ profile }) => profile.noticeWithinSeconds <= 10);
    const [one = 1, two = 12, three = 66] = commandSchedule.updates;
    await until(1 + one);
    await make('now', 1);
    await until(1 + two);
    await make('now', 2);
    // Losses that are told at once need no minute of watching.
    if (quick) return until(1 + two + 11);
    await until(1 + commandSchedule.lift);
    for (const { profile } of commanded.filter(({ profile }) => profile.scope === 'all'))
      lifted.set(profile.name, await bed.lift(profile.name));
    await until(1 + three);
    await make('now', 3);
    await until(1 + commandSchedule.window);
    const healed = commanded.filter(({ profile }) => profile.scope === 'all');
    const late = 1 + commandSchedule.atMost;
    const connecting = async (): Promise<boolean> =>
      (await Promise.all(healed.map(options.isConnecting))).some(Boolean);
    for (let second = 2 + commandSchedule.window; second <= late && (await connecting()); second += 1) {
      await until(second);
      if (!(await connecting())) await until(second + commandSchedule.settle);
    }
  };
  const expired = async (expiry: VersionExpiry): Promise<string> => {
    const held = await expiry.hold(signal);
    const [lane] = bed.lanes;
    const name = lane?.profile.name ?? '';
    fired.set(name, await bed.fire(name));
    await make('now', 1);
    const proven = await expiry.untilExpired(held, signal);
    lifted.set(name, await bed.lift(name));
    const back = (performance.now() - start) / 1000;
    for (const [index, seconds] of expirySchedule.next.entries()) {
      await until(back + seconds);
      await make('now', index + 2);
    }
    await until(back + expirySchedule.window);
    const last = expirySchedule.next.length + 1;
    for (
      let second = expirySchedule.window;
      second < expirySchedule.atMost && options.isBehind(name, last);
      second += 1
    )
      await until(back + second + 1);
    return proven;
  };
  const restart = options.restart;
  const restarted = async (fire: NonNullable<typeof restart>): Promise<void> => {
    await until(1);
    const at = await fire();
    for (const { profile } of bed.lanes) fired.set(profile.name, at);
    while (updates.now.length === 0)
      await delay(1000, undefined, { signal })
        .then(() => make('now', 1))
        .catch((error: unknown) => {
          if (signal.aborted || performance.now() - start > restartSchedule.away * 1000) throw error;
        });
    const back = (performance.now() - start) / 1000;
    for (const [index, seconds] of restartSchedule.next.entries()) {
      await until(back + seconds);
      await make('now', index + 2);
    }
    await until(back + restartSchedule.window);
  };
  if (restart !== undefined && bed.lanes.some(({ profile }) => profile.onExpiry === 'server-ends')) {
    await restarted(restart);
    return { fired, lifted, updates, until: performance.timeOrigin + performance.now() };
  }
  if (options.expiry !== undefined && bed.lanes.some(({ profile }) => profile.name === 'version-expired')) {
    const proven = await expired(options.expiry());
    return { fired, lifted, updates, proven, until: performance.timeOrigin + performance.now() };
  }
  const waits = bed.lanes.some(({ profile }) => profile.trigger !== 'command') ? [idleLanes()] : [];
  if (bed.lanes.some(({ profile }) => profile.trigger === 'command')) waits.push(commandedLanes());
  await Promise.all(waits);
  return { fired, lifted, updates, until: performance.timeOrigin + performance.now() };
}
