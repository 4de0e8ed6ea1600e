/** The cells of the compatibility page: product, mode and family make a table of spec × version. Pure. */
import type { CompatMeasurement } from './compat-schema.ts';
import { byVersion, neighboursOf } from './release-order.ts';

export interface CompatTable {
  readonly product: string;
  readonly mode: string;
  readonly ipFamily: CompatMeasurement['ipFamily'];
  /** Oldest first. */
  readonly versions: readonly string[];
  readonly rows: readonly CompatRow[];
}

export interface CompatRow {
  readonly area: string;
  readonly spec: string;
  readonly claim: string;
  /** One for each version of the table; undefined: nobody measured it, and nothing follows from others. */
  readonly cells: readonly (CompatCell | undefined)[];
}

export type CompatCell =
  | { readonly kind: 'measured'; readonly measured: CompatMeasurement }
  /** The next measurements below and above are of the same minor, and equal. */
  | { readonly kind: 'inferred'; readonly below: CompatMeasurement; readonly above: CompatMeasurement };

export function compatTables(measurements: readonly CompatMeasurement[]): readonly CompatTable[] {
  return grouped(measurements, ({ product, mode, ipFamily }) => [product, mode, ipFamily].join('\n')).flatMap(
    (group) => {
      const [first] = group;
      if (first === undefined) return [];
      const versions = [...new Set(group.map(({ version }) => version))].sort(byVersion);
      const rows = grouped(group, ({ spec }) => spec).map((ofSpec) => rowOf(ofSpec, versions));
      return [
        {
          ...{ product: first.product, mode: first.mode, ipFamily: first.ipFamily, versions },
          rows: rows.toSorted((a, b) => a.spec.localeCompare(b.spec, 'en')),
        },
      ];
    },
  );
}

/** In the order in which the first of each group stands. */
function grouped<T>(all: readonly T[], keyOf: (one: T) => string): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group === undefined) groups.set(keyOf(one), [one]);
    else group.push(one);
  }
  return [...groups.values()];
}

function rowOf(ofSpec: readonly CompatMeasurement[], versions: readonly string[]): CompatRow {
  const byVersions = new Map(ofSpec.map((one) => [one.version, one]));
  const newest = ofSpec.toSorted((a, b) => a.date.localeCompare(b.date)).at(-1);
  return {
    ...{ area: newest?.area ?? '', spec: newest?.spec ?? '', claim: newest?.claim ?? '' },
    cells: versions.map((version) => {
      const measured = byVersions.get(version);
      return measured === undefined ? inferredFrom(byVersions, version) : { kind: 'measured', measured };
    }),
  };
}

/** Inconclusive and skipped measurements say nothing of a neighbour. */
function inferredFrom(byVersions: ReadonlyMap<string, CompatMeasurement>, version: string): CompatCell | undefined {
  const near = neighboursOf(version, [...byVersions.keys()]);
  const [below, above] = [byVersions.get(near?.below ?? ''), byVersions.get(near?.above ?? '')];
  if (below === undefined || above === undefined) return undefined;
  const isEqual = below.verdict === above.verdict && below.defect === above.defect;
  const isVerdict = ['pass', 'fail', 'expected-fail'].includes(below.verdict);
  return isEqual && isVerdict ? { kind: 'inferred', below, above } : undefined;
}
