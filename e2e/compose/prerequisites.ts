/** Before anything is made: what the machine lacks, in doctor's table; mended when told so, otherwise the run ends here. */
import { createInterface } from 'node:readline/promises';
import type { Options } from '../harness/run/options/schema.ts';
import { InfrastructureError } from '../harness/run/verdict-errors.ts';

export async function meetPrerequisites(
  options: Options,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<void> {
  const { diagnose, missingRows, repairableRows } = await import('../../hack/doctor/diagnose.ts');
  const asked = {
    provider: options.provider ?? 'kind',
    nodeImage: options.nodeImage,
    nodeImageSource: options.nodeImageSource,
    guard: options.guard,
  } as const;
  const rows = await diagnose(asked);
  const missing = missingRows(rows);
  // What only costs some specs is mended on the way when set-up was asked for, and is no reason to ask.
  const asksForSetUp = options.setup === true || process.env['CI'] === 'true';
  const mended = asksForSetUp ? repairableRows(rows) : missing;
  if (mended.length === 0) return;
  const { doctorTable } = await import('../../hack/doctor/table.ts');
  const names = mended.map((row) => row.what).join(', ');
  log(doctorTable(rows));
  if (!(await wantsSetUp(options, names)))
    throw new InfrastructureError(`missing: ${names}; the table says how to get each, --setup does it`);
  const { setUp } = await import('../../hack/set-up.ts');
  const left = await setUp(mended, { signal, log });
  if (left.length > 0) throw new InfrastructureError(`set-up could not do everything: ${left.join('; ')}`);
  const still = missingRows(await diagnose(asked));
  if (still.length > 0)
    throw new InfrastructureError(
      `still missing after set-up: ${still.map((row) => `${row.what} (${row.found})`).join('; ')}`,
    );
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
