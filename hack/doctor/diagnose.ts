/** Asks a machine for everything that a run needs. Changes nothing. */
import { localNodeImage } from '../images/node-image.ts';
import { readGuardCounters, registryAnswers } from '../machine/leak-guard.ts';
import type { Check, Row, Surroundings } from './check.ts';
import { allChecks } from './checks.ts';

export interface DiagnoseOptions {
  readonly provider?: 'kind' | 'existing';
  /** A given image needs neither a registry nor a compiler. */
  readonly nodeImage?: string | undefined;
  readonly nodeImageSource?: 'auto' | 'local' | 'pull' | 'build' | undefined;
  /** The guard is wanted even where a registry answers. */
  readonly guard?: boolean | undefined;
  /** Row → what areas need it for; unknown where only what is missing is asked. */
  readonly uses?: Readonly<Record<string, readonly string[]>>;
}

export async function diagnose(
  options: DiagnoseOptions = {},
  checks: readonly Check[] = allChecks(),
): Promise<readonly Row[]> {
  return (await examine(options, checks)).rows;
}

/** The rows, and what they were made from. */
export async function examine(
  options: DiagnoseOptions = {},
  checks: readonly Check[] = allChecks(),
): Promise<{ readonly rows: readonly Row[]; readonly around: Surroundings }> {
  const around = await look(options);
  const rows: Row[] = [];
  for (const check of checks) if (check.applies(around)) rows.push(await rowOf(check, around, options.uses));
  return { rows, around };
}

/** What has to be there before anything runs; `limited` rows only cost specs. */
export function missingRows(rows: readonly Row[]): readonly Row[] {
  return rows.filter(({ state }) => state === 'missing');
}

/** What `--setup` mends: all that is missing, and what only costs specs where it knows how. */
export function repairableRows(rows: readonly Row[]): readonly Row[] {
  return rows.filter(({ state, repair }) => state === 'missing' || (state === 'limited' && repair !== undefined));
}

async function look(options: DiagnoseOptions): Promise<Surroundings> {
  const nodeImage = options.nodeImage ?? (await localNodeImage().catch(() => undefined))?.image;
  // Asking takes seconds where nothing answers; with an image at hand it only decides on the guard, and a loaded one is enough.
  const guarded = options.guard === true || (nodeImage !== undefined && (await readGuardCounters()) !== undefined);
  const answers = guarded ? false : await registryAnswers();
  const source = options.nodeImageSource ?? 'auto';
  const mustBuild = nodeImage === undefined && (source === 'build' || (source === 'auto' && !answers));
  return { provider: options.provider ?? 'kind', mustBuild, nodeImage, registryAnswers: answers };
}

// A probe that throws is a finding about this machine, not a crash of the table.
async function rowOf(check: Check, around: Surroundings, uses: DiagnoseOptions['uses'] = {}): Promise<Row> {
  const { what } = check;
  const needs = [check.neededBy ?? [], uses[what] ?? []].flat();
  const neededBy = needs.length === 0 ? 'none by itself' : needs.join('; ');
  try {
    const { state, found, remedy, repair = check.repair } = await check.probe(around);
    const toDo = state === 'ok' ? '' : (remedy ?? check.remedy);
    return { what, state, found, neededBy, remedy: toDo, ...(repair === undefined ? {} : { repair }) };
  } catch (error) {
    const found = `probe failed: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`;
    return {
      what,
      state: 'missing',
      found,
      neededBy,
      remedy: check.remedy,
      ...(check.repair === undefined ? {} : { repair: check.repair }),
    };
  }
}
