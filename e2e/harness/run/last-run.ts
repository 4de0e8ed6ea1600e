/** What was not as expected in the last run, and what that run judged where, for --rerun-failed. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Areas } from '../area/areas.ts';
import { clusterOptions } from './options/cluster-options.ts';
import type { Options } from './options/schema.ts';
import { specOptions } from './options/spec-options.ts';
import type { ResultLine } from './result-schema.ts';
import { UsageError } from './usage-error.ts';
import { asExpected } from './verdict.ts';

/** Which subject was judged, on what kind of cluster, and how: another one would not be judged again but anew. */
const judged = ['specs', ...Object.keys(clusterOptions), ...Object.keys(specOptions)].filter(
  (name) => name !== 'keep' && name !== 'reuse',
);

export interface LastRun {
  /** Ids of specs that failed, were not judged, or were never reached. */
  readonly unfinished: ReadonlySet<string>;
  /** Those of its options that say what was judged and where. */
  readonly options: Options;
}

/** A cut last line (kill -9) is passed over. Throws UsageError where there is no last run, or nothing of it is left to do. */
export async function readLastRun(reports: string, areas: Areas): Promise<LastRun> {
  const told = new Set([...judged, ...Object.keys(await areas.options())]);
  const file = join(reports, 'latest', 'results.jsonl');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) throw new UsageError(`--rerun-failed: there is no last run (${file} cannot be read)`);
  const unfinished = new Set<string>();
  const bad = new Set<string>();
  let options: Options = {};
  for (const line of text.split('\n').flatMap(parseLine)) {
    if (line.type === 'run-start') {
      for (const spec of line.specs) unfinished.add(spec.id);
      options = Object.fromEntries(Object.entries(line.options).filter(([name]) => told.has(name)));
    }
    if (line.type !== 'attempt' || !line.final) continue;
    if (asExpected(line.verdict)) unfinished.delete(line.spec.id);
    else bad.add(line.spec.id);
  }
  for (const id of bad) unfinished.add(id);
  if (unfinished.size === 0)
    throw new UsageError(`--rerun-failed: everything was as expected in the last run (${file})`);
  return { unfinished, options };
}

/** What is asked for now comes before what was asked for then; a proxy is a subject, so one replaces the other. */
export function optionsAfter(last: LastRun, now: Options): Options {
  const { backend, subject, ...rest } = last.options;
  const named = now.backend !== undefined || now.subject !== undefined;
  return {
    ...rest,
    ...(named || backend === undefined ? {} : { backend }),
    ...(named || subject === undefined ? {} : { subject }),
    ...now,
  };
}

function parseLine(line: string): ResultLine[] {
  try {
    return [JSON.parse(line) as ResultLine];
  } catch {
    return [];
  }
}
