/** What was not as expected in the last run, for --rerun-failed. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ResultLine } from './result-schema.ts';
import { UsageError } from './usage-error.ts';
import { asExpected } from './verdict.ts';

/** Ids of specs that failed, were not judged, or were never reached. A cut last line (kill -9) is passed over. */
export async function unfinishedOfLastRun(reports: string): Promise<ReadonlySet<string>> {
  const file = join(reports, 'latest', 'results.jsonl');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) throw new UsageError(`--rerun-failed: there is no last run (${file} cannot be read)`);
  const unfinished = new Set<string>();
  const bad = new Set<string>();
  for (const line of text.split('\n').flatMap(parseLine)) {
    if (line.type === 'run-start') for (const spec of line.specs) unfinished.add(spec.id);
    if (line.type !== 'attempt' || !line.final) continue;
    if (asExpected(line.verdict)) unfinished.delete(line.spec.id);
    else bad.add(line.spec.id);
  }
  for (const id of bad) unfinished.add(id);
  if (unfinished.size === 0)
    throw new UsageError(`--rerun-failed: everything was as expected in the last run (${file})`);
  return unfinished;
}

function parseLine(line: string): ResultLine[] {
  try {
    return [JSON.parse(line) as ResultLine];
  } catch {
    return [];
  }
}
