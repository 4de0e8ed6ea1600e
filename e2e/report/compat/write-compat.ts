/** Writes the compatibility data and its page from what was measured before and from runs that are new. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunRecord } from '../run-record.ts';
import { compatPage } from './compat-page.ts';
import { COMPAT_SCHEMA_VERSION, type CompatDefect } from './compat-schema.ts';
import { readErrata } from './errata.ts';
import { readMeasured, writeMeasured } from './measured-file.ts';
import { measurementsOf, mergedMeasurements } from './measurements.ts';

export interface WrittenCompat {
  readonly files: readonly string[];
  /** Measurements that the runs gave, and all that stand in the data now. */
  readonly added: number;
  readonly all: number;
}

/**
 * `out` holds `measured.jsonl`, which is read and written, `errata.md`, which is read, `compat.json` and `index.html`. Runs are taken
 * oldest first, so that the newest measurement of a cell stays. Throws where a file in `out` is not as described.
 */
export async function writeCompat(
  out: string,
  runs: readonly RunRecord[],
  defects: readonly CompatDefect[],
): Promise<WrittenCompat> {
  const file = (name: string): string => join(out, name);
  await mkdir(out, { recursive: true });
  const oldestFirst = runs.toSorted((a, b) => (a.start?.wall ?? '').localeCompare(b.start?.wall ?? ''));
  const added = oldestFirst.flatMap(measurementsOf);
  const measurements = mergedMeasurements(await readMeasured(file('measured.jsonl')), added);
  const compat = {
    schema: COMPAT_SCHEMA_VERSION,
    measurements,
    defects: defects.filter(({ product }) => measurements.some((one) => one.product === product)),
  } as const;
  const page = await compatPage(compat, await readErrata(file('errata.md')));
  await writeMeasured(file('measured.jsonl'), measurements);
  await writeFile(file('compat.json'), `${JSON.stringify(compat, null, 1)}\n`);
  await writeFile(file('index.html'), page);
  const files = ['measured.jsonl', 'compat.json', 'index.html'].map(file);
  return { files, added: added.length, all: measurements.length };
}
