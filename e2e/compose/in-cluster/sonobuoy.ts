/**
 * What Sonobuoy asks of a plugin: results as one file, and a file named `done` that holds its path, written last. An archive is
 * unpacked by the aggregator into plugins/<name>/results/global/, where it looks for the files of the plugin's result format.
 * https://sonobuoy.io/docs/main/plugins/ and https://sonobuoy.io/docs/main/snapshot/
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packRun } from './archive.ts';

/** Sonobuoy waits for this name. */
const doneFile = 'done';
/** JUnit for a run that did not come so far as to write one: without a file Sonobuoy only says "timeout". */
const nothingRan = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="1" failures="0" errors="1"><testsuite name="staleproof" tests="1" failures="0" errors="1">
<testcase classname="staleproof" name="the run as a whole"><error message="the run ended before it began; see the pod's log"/></testcase>
</testsuite></testsuites>
`;

/** `run` is the folder of the run, with its reports. */
export async function handToSonobuoy(results: string, run: string | undefined): Promise<void> {
  await mkdir(results, { recursive: true });
  const file = join(results, run === undefined ? 'junit.xml' : 'staleproof.tar.gz');
  await writeFile(file, run === undefined ? nothingRan : await packRun(run));
  await writeFile(join(results, doneFile), file);
}
