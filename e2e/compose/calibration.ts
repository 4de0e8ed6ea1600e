/**
 * How much slower than a calm one this machine is right now: one factor by which every wait of a run is longer. Measured at the
 * start unless `--slow-factor` says it. It never makes a wait shorter.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from '../harness/cluster/cluster.ts';
import type { EnvironmentRequest } from '../harness/run/run-environment.ts';

export interface Calibration {
  /** Wall time over CPU time of a computation: 2 when others take every second time slice. */
  readonly contention: number;
  /** CPU time of that computation, in milliseconds. */
  readonly cpuMs: number;
  /** Median answer of the API server to the smallest request, in milliseconds; absent without a cluster. */
  readonly apiMs?: number;
}

const SLICES = 7;
/** What one slice takes on the slowest machine on which the waits were measured. */
const CALM_CPU_MS = 100;
/** Answers up to this are within what the waits were measured with. */
const CALM_API_MS = 25;
const GREATEST = 10;

/** One decimal, from 1 to 10. CPU and API each stretch a wait, so that their parts add up. */
export function slowFactorOf({ contention, cpuMs, apiMs = 0 }: Calibration): number {
  const cpu = Math.max(1, contention) * Math.max(1, cpuMs / CALM_CPU_MS);
  const api = Math.max(0, apiMs - CALM_API_MS) / 100;
  return Math.min(GREATEST, Math.round((cpu + api) * 10) / 10);
}

/** Takes about a second. */
export async function calibrate(cluster?: Cluster, signal?: AbortSignal): Promise<Calibration> {
  const slices: ReturnType<typeof oneSlice>[] = [];
  const answers: number[] = [];
  for (let slice = 0; slice < SLICES; slice++) {
    slices.push(oneSlice());
    if (cluster !== undefined) answers.push(await answerMs(cluster, signal));
    await delay(60, undefined, signal === undefined ? {} : { signal });
  }
  return {
    contention: median(slices.map((each) => each.contention)),
    cpuMs: median(slices.map((each) => each.cpuMs)),
    ...(answers.length === 0 ? {} : { apiMs: median(answers) }),
  };
}

/** The factor of a run: as told, or measured; a factor above 1 is said, because it makes bounds wider. */
export async function runSlowFactor(
  told: number | undefined,
  request: Pick<EnvironmentRequest, 'note' | 'log' | 'signal'>,
  cluster?: Cluster,
): Promise<number> {
  if (told !== undefined) return told;
  const measured = await calibrate(cluster, request.signal);
  const factor = slowFactorOf(measured);
  const { contention, cpuMs, apiMs } = measured;
  const api = apiMs === undefined ? '' : `, API answers in ${apiMs.toFixed(0)} ms`;
  const text = `every wait × ${factor}: CPU wait × ${contention.toFixed(1)}, a slice in ${cpuMs.toFixed(0)} ms${api}`;
  request.note('info', text);
  if (factor >= 1.5) request.log(`calibration: ${text} (--slow-factor sets it)`);
  return factor;
}

/** Some tens of milliseconds of arithmetic, long enough to be interrupted where others want the core. */
function oneSlice(): Pick<Calibration, 'contention' | 'cpuMs'> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  let state = 1;
  for (let round = 0; round < 2e7; round++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
  }
  const wall = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  // The result is looked at, or the loop could be left out by the compiler; it is never 0.
  const cpuMs = state === 0 ? NaN : (user + system) / 1000;
  return { contention: wall / cpuMs, cpuMs };
}

async function answerMs(cluster: Cluster, signal: AbortSignal | undefined): Promise<number> {
  const started = performance.now();
  await cluster.api.raw('GET', '/version', undefined, signal);
  return performance.now() - started;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 1;
}
