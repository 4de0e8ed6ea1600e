/** Compatibility data: a file that the user names, the copy in the package, or, without one, what the tables of known defects measured. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { KnownDefect } from '../harness/run/match-defect.ts';
import { placeOf } from '../report/compat/measurements.ts';
import { type Compat, type CompatDefect, type CompatMeasurement, readCompat } from '../report/compat/compat-schema.ts';

export interface CompatData {
  readonly compat: Compat;
  /** Where it is from, for the reader. */
  readonly source: string;
}

const packaged = fileURLToPath(new URL('../../reports/compat/compat.json', import.meta.url));

/** Throws with the file when it is not as described. */
export async function compatData(
  file: string | undefined,
  tables: () => Promise<readonly KnownDefect[]>,
): Promise<CompatData> {
  if (file !== undefined) return { compat: await readCompat(file), source: file };
  if (existsSync(packaged)) {
    const measured = await readCompat(packaged);
    return { compat: withTables(measured, compatOfTables(await tables())), source: 'measurements in the package' };
  }
  return { compat: compatOfTables(await tables()), source: 'known defects in the package' };
}

/** What the tables know beside it: defects of products and releases of which no whole run is kept. A kept measurement stays. */
function withTables(measured: Compat, known: Compat): Compat {
  const places = new Set(measured.measurements.map(placeOf));
  const ids = new Set(measured.defects.map(({ id }) => id));
  return {
    schema: measured.schema,
    measurements: [...measured.measurements, ...known.measurements.filter((one) => !places.has(placeOf(one)))],
    defects: [...measured.defects, ...known.defects.filter(({ id }) => !ids.has(id))],
  };
}

/** The tables' defects as the compatibility data names them. */
export const compatDefects = (tables: readonly KnownDefect[]): readonly CompatDefect[] => tables.map(defectOf);

/** What the tables measured: nothing but the versions that stand in them. */
export function compatOfTables(tables: readonly KnownDefect[]): Compat {
  return { schema: 1, measurements: tables.flatMap(measurementsOf), defects: compatDefects(tables) };
}

function defectOf(row: KnownDefect): CompatDefect {
  const facts = row.cells.map(({ signature }) =>
    Object.entries(signature.facts)
      .map((fact) => fact.join(' '))
      .join(', '),
  );
  return {
    ...{ id: row.id, product: row.product, title: row.reason, affected: row.versions, fixed: row.fixed ?? null },
    ...(row.modes.length === 0 ? {} : { modes: [...row.modes] }),
    trigger: [...new Set(facts)].join('; '),
    avoid: row.fixed === undefined ? 'no release without it is known here' : `${row.fixed} or later`,
    refs: [row.link],
    specs: specsOf(row),
  };
}

const specsOf = ({ cells }: KnownDefect): string[] => [...new Set(cells.map(({ spec }) => spec))];

function measurementsOf(row: KnownDefect): readonly CompatMeasurement[] {
  const each = (version: string, isBad: boolean): readonly CompatMeasurement[] =>
    (row.modes.length === 0 ? [''] : row.modes).flatMap((mode) =>
      specsOf(row).map((spec) => ({
        ...{ product: row.product, version, mode, ipFamily: 'ipv4' as const, area: spec.split('/')[0] ?? '', spec },
        ...{ claim: `see ${spec} in docs/specs.md`, verdict: isBad ? ('expected-fail' as const) : ('pass' as const) },
        ...(isBad ? { defect: row.id, figures: row.reason } : {}),
        // The tables do not say when and by which commit; this is the day on which all of their rows were measured.
        ...{ kubernetes: '', kernel: '', commit: 'unknown', dirty: true, date: '2026-11-30' },
        repeat: `npm run e2e -- --grep ${spec}`,
      })),
    );
  return [
    ...row.measured.bad.flatMap((version) => each(version, true)),
    ...row.measured.good.flatMap((version) => each(version, false)),
  ];
}
