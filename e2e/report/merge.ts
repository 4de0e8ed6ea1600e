/** Shards of one run, or cells of a matrix, as one report. */
import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { baseFrom, findRuns } from './find-runs.ts';
import { partOf, withoutCopies } from './merge-parts.ts';
import { problemsOf } from './merge-problems.ts';
import { type ReportData, reportOf } from './report-data.ts';
import { readRun } from './run-record.ts';
import { type ReportOptions, writeReportFiles } from './write-reports.ts';

export interface Merged {
  readonly report: ReportData;
  /** Paths of the written files. */
  readonly files: readonly string[];
}

/**
 * Reads every run below `folders` for reports that will stand in `out`; a shard that is missing or belongs to another run
 * makes the report incomplete. Throws when there is no run.
 */
export async function readMerged(folders: readonly string[], out: string): Promise<ReportData> {
  const found = await findRuns(folders);
  if (found.length === 0) throw new Error(`no run (a folder with results.jsonl) was found below ${folders.join(', ')}`);
  await mkdir(out, { recursive: true });
  const target = await realpath(out);
  const runs = [];
  for (const folder of found) runs.push(await readRun(folder, baseFrom(target, folder)));
  const distinct = withoutCopies(runs);
  return sorted(reportOf(distinct, undefined, problemsOf(distinct)));
}

/** What the merge was made of and what it lacks, for who has only its folder. Returns the path. */
async function writeParts({ runs, incomplete }: ReportData, out: string): Promise<string> {
  const file = join(out, 'parts.json');
  const record = { schema: 1, parts: runs.map(partOf), problems: incomplete };
  await writeFile(file, `${JSON.stringify(record, null, 2)}\n`);
  return file;
}

/** Reads every run below `folders` and writes all reports and the matrix to `out`. */
export async function mergeRuns(folders: readonly string[], out: string, options: ReportOptions = {}): Promise<Merged> {
  const report = await readMerged(folders, out);
  const { writeMatrix } = await import('./matrix/write-matrix.ts');
  const files = [...(await writeReportFiles(report, out, options))];
  for (const name of await writeMatrix(report, out)) files.push(join(out, name));
  files.push(await writeParts(report, out));
  return { report, files };
}

/** Shards come in any order; by id a merged report does not depend on how the specs were dealt out. */
function sorted(report: ReportData): ReportData {
  const key = (outcome: ReportData['outcomes'][number]): string =>
    [outcome.spec.id, ...outcome.subjects, outcome.family].join('\n');
  const outcomes = report.outcomes.toSorted((a, b) => key(a).localeCompare(key(b)) || a.repetition - b.repetition);
  return { ...report, outcomes };
}
