/**
 * What Sonobuoy asks of a plugin: results as one file, and a file named `done` that holds its path, written last. An archive is
 * unpacked by the aggregator into plugins/<name>/results/global/, where it looks for the files of the plugin's result format.
 * https://sonobuoy.io/docs/main/plugins/ and https://sonobuoy.io/docs/main/snapshot/
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT } from '../../harness/run/exit-codes.ts';
import { packRun } from './archive.ts';

/** Sonobuoy waits for this name. */
const doneFile = 'done';

/** `run` is the folder of the run, `exitCode` how it ended: Sonobuoy knows JUnit alone, so that it must be red when the run was. */
export async function handToSonobuoy(results: string, run: string | undefined, exitCode: number): Promise<void> {
  await mkdir(results, { recursive: true });
  const file = join(results, run === undefined ? 'junit.xml' : 'staleproof.tar.gz');
  if (run === undefined) await writeFile(file, runAsAWhole(`the run ended before it began, exit code ${exitCode}`));
  else {
    if (exitCode !== EXIT.asExpected) await tellInJunit(run, exitCode);
    await writeFile(file, await packRun(run));
  }
  await writeFile(join(results, doneFile), file);
}

/** A run that was killed has no JUnit, or one that was whole before the end went wrong: then a case beside it says so. */
async function tellInJunit(run: string, exitCode: number): Promise<void> {
  const junit = await readFile(join(run, 'junit.xml'), 'utf8').catch(() => undefined);
  const isRed = /<(failure|error)[ >]/.test(junit ?? '');
  if (isRed) return;
  const folder = junit === undefined ? run : join(run, 'outcome');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'junit.xml'), runAsAWhole(`the run ended with exit code ${exitCode}`));
}

/** Without a file Sonobuoy only says "timeout". */
function runAsAWhole(message: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="1" failures="0" errors="1"><testsuite name="staleproof" tests="1" failures="0" errors="1">
<testcase classname="staleproof" name="the run as a whole"><error message="${message}; see the pod's log"/></testcase>
</testsuite></testsuites>
`;
}
