/** What a merge is made of: each run with its shard, seed, options and end. Pure. */
import type { Json } from '../harness/run/result-schema.ts';
import type { RunRecord } from './run-record.ts';

/** One run as the record of a merge keeps it. */
export interface Part {
  readonly run: string;
  /** Seen from the merged report. */
  readonly folder: string;
  readonly shard?: string;
  readonly seed?: number;
  /** Of what was judged; where and how it ran is left out. */
  readonly options: Readonly<Record<string, Json>>;
  readonly selection?: { readonly specs: number; readonly sha256: string };
  readonly specs: number;
  /** Absent when the run left no last line. */
  readonly exitCode?: number;
}

/** Options that say where, how fast and how loud, never what: shards on several machines may differ in them. */
const OF_THE_MACHINE = new Set([
  ...['shard', 'seed', 'config', 'setup', 'guard', 'verbose', 'progressEvery', 'quiet', 'reporter', 'reportsFolder'],
  ...['context', 'kubeconfig', 'clusterName', 'keep', 'reuse', 'nodeImageSource', 'fixturesImage', 'imagesFrom'],
  ...['jobs', 'slowFactor', 'pauseOnFail', 'runTimeout', 'grace', 'cleanupTimeout'],
]);

export function partOf({ name, base, start, end }: RunRecord): Part {
  const options = Object.entries(start?.options ?? {})
    .filter(([key]) => !OF_THE_MACHINE.has(key))
    .map(([key, value]) => [key, Array.isArray(value) ? value.toSorted() : value] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...{ run: name, folder: base, specs: start?.specs.length ?? 0, options: Object.fromEntries(options) },
    ...(start?.shard === undefined ? {} : { shard: start.shard }),
    ...(start === undefined ? {} : { seed: start.seed }),
    ...(start?.selection === undefined ? {} : { selection: start.selection }),
    ...(end === undefined ? {} : { exitCode: end.exitCode }),
  };
}

/** `part 20261121-010203-abcd: shard 1/3, 9 specs, seed 42, exit 0` */
export function partText({ run, shard, specs, seed, exitCode }: Part): string {
  const words = [
    ...(shard === undefined ? [] : [`shard ${shard}`]),
    ...[`${specs} specs`, `seed ${seed ?? 'unknown'}`, exitCode === undefined ? 'no end' : `exit ${exitCode}`],
  ];
  return `part ${run}: ${words.join(', ')}`;
}

/** A folder that was downloaded twice counts once. What differs in any line is no copy. */
export function withoutCopies(runs: readonly RunRecord[]): readonly RunRecord[] {
  const firsts = new Map<string, string>();
  return runs.filter((run) => {
    const key = JSON.stringify(run.start);
    if (run.start === undefined) return true;
    const content = JSON.stringify([run.end, run.attempts, run.notes, run.troubles]);
    if (firsts.get(key) === content) return false;
    if (!firsts.has(key)) firsts.set(key, content);
    return true;
  });
}
