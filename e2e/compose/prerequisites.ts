/** Before anything is made: what the machine lacks, in doctor's table, and whether it may be mended; otherwise the run ends here. */
import { createInterface } from 'node:readline/promises';
import type { Row, Surroundings } from '../../hack/doctor/check.ts';
import type { Options } from '../harness/run/options/schema.ts';
import { InfrastructureError } from '../harness/run/verdict-errors.ts';
import type { Subject } from '../harness/subject/subject.ts';
import { diagnoseOptions, rowsToMend } from './set-up-request.ts';

export interface Prerequisites {
  /** Rows that the set-up is to mend; empty on a machine that is ready. */
  readonly rows: readonly Row[];
  readonly around: Surroundings;
}

/** Changes nothing. Throws InfrastructureError when something is missing and nobody allows to mend it. */
export async function askForPrerequisites(
  options: Options,
  subjects: readonly Subject[],
  log: (line: string) => void,
): Promise<Prerequisites> {
  const { examine } = await import('../../hack/doctor/diagnose.ts');
  const { rows, around } = await examine(diagnoseOptions(options));
  // What only costs some specs is mended on the way when set-up was asked for, and is no reason to ask.
  const asksForSetUp = options.setup === true || process.env['CI'] === 'true';
  const mended = rowsToMend(rows, subjects, asksForSetUp);
  if (mended.length === 0) return { rows: [], around };
  const { doctorTable } = await import('../../hack/doctor/table.ts');
  const names = mended.map((row) => row.what).join(', ');
  log(doctorTable(rows));
  if (!(await wantsSetUp(options, names)))
    throw new InfrastructureError(`missing: ${names}; the table says how to get each, --setup does it`);
  return { rows: mended, around };
}

/** `--setup`, CI, or a yes at a terminal. */
async function wantsSetUp(options: Options, names: string): Promise<boolean> {
  if (options.setup !== undefined) return options.setup;
  if (process.env['CI'] === 'true') return true;
  if (!process.stdin.isTTY || !process.stdout.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(`Install what is missing (${names})? [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
