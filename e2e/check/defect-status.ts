/** Whether a version of a product has a defect, by what was measured. Pure; a release that nobody measured is never read as good. */
import semver from 'semver';
import type { Compat, CompatDefect } from '../report/compat/compat-schema.ts';
import { byVersion, neighboursOf } from '../report/compat/release-order.ts';

export type Knowledge =
  /** Measured on this very version. */
  | 'measured'
  /** Two measurements of the same minor, one below and one above, agree. */
  | 'inferred'
  /** Not measured here; the list of defects says so. */
  | 'listed'
  | 'not measured';

export interface DefectStatus {
  readonly defect: CompatDefect;
  /** Undefined where nobody knows. */
  readonly has: boolean | undefined;
  readonly by: Knowledge;
  /** Versions measured with the defect and without it, oldest first. */
  readonly bad: readonly string[];
  readonly good: readonly string[];
}

/** `mode` undefined: it is not known, so only what holds in every measured mode is said. */
export function defectStatus(
  compat: Compat,
  defect: CompatDefect,
  version: string | undefined,
  mode: string | undefined,
): DefectStatus | undefined {
  if (mode !== undefined) return statusInMode(compat, defect, version, mode);
  const modes = defect.modes ?? [...new Set(ofProduct(compat, defect).map((one) => one.mode))];
  const each = modes.flatMap((one) => statusInMode(compat, defect, version, one) ?? []);
  const [first] = each;
  if (first === undefined) return statusInMode(compat, defect, version, '');
  const isOne = defect.modes === undefined && each.every(({ has, by }) => has === first.has && by === first.by);
  return isOne ? first : { ...first, has: undefined, by: 'not measured' };
}

function statusInMode(
  compat: Compat,
  defect: CompatDefect,
  version: string | undefined,
  mode: string,
): DefectStatus | undefined {
  if (defect.modes !== undefined && !defect.modes.includes(mode)) return undefined;
  const verdicts = verdictsOf(compat, defect, mode);
  const those = (wanted: boolean): readonly string[] =>
    [...verdicts]
      .filter(([, bad]) => bad === wanted)
      .map(([one]) => one)
      .sort(byVersion);
  const known = { defect, bad: those(true), good: those(false) };
  if (version === undefined) return { ...known, has: undefined, by: 'not measured' };
  const measured = verdicts.get(version);
  if (measured !== undefined) return { ...known, has: measured, by: 'measured' };
  const inferred = between(verdicts, version);
  if (inferred !== undefined) return { ...known, has: inferred, by: 'inferred' };
  const listed = listedAs(defect, version);
  return { ...known, has: listed, by: listed === undefined ? 'not measured' : 'listed' };
}

/** Version → whether it has the defect. Good takes a pass of every claim that shows the defect; anything less decides nothing. */
function verdictsOf(compat: Compat, defect: CompatDefect, mode: string): ReadonlyMap<string, boolean> {
  const found = new Map<string, { bad: boolean; spoilt: boolean; readonly passed: Set<string> }>();
  for (const { version, verdict, spec, defect: matched } of ofProduct(compat, defect, mode)) {
    const one = found.get(version) ?? { bad: false, spoilt: false, passed: new Set<string>() };
    found.set(version, one);
    if (matched === defect.id && (verdict === 'expected-fail' || verdict === 'fail')) one.bad = true;
    else if (verdict === 'pass') one.passed.add(spec);
    else one.spoilt = true;
  }
  return new Map(
    [...found].flatMap(([version, { bad, spoilt, passed }]): readonly (readonly [string, boolean])[] => {
      if (bad) return [[version, true]];
      return !spoilt && defect.specs.every((spec) => passed.has(spec)) ? [[version, false]] : [];
    }),
  );
}

function ofProduct(compat: Compat, defect: CompatDefect, mode?: string) {
  return compat.measurements.filter(
    (one) =>
      one.product === defect.product && defect.specs.includes(one.spec) && (mode === undefined || one.mode === mode),
  );
}

/** What the nearest measurements below and above say, when both are of the version's own minor and agree. */
function between(verdicts: ReadonlyMap<string, boolean>, version: string): boolean | undefined {
  const near = neighboursOf(version, [...verdicts.keys()]);
  if (near === undefined) return undefined;
  const [lower, upper] = [verdicts.get(near.below), verdicts.get(near.above)];
  return lower === upper ? lower : undefined;
}

function listedAs({ affected, fixed }: CompatDefect, version: string): boolean | undefined {
  if (semver.valid(version) === null) return affected === version ? true : undefined;
  if (semver.validRange(affected) !== null && semver.satisfies(version, affected, { includePrerelease: true }))
    return true;
  return fixed !== null && semver.valid(fixed) !== null && semver.gte(version, fixed) ? false : undefined;
}
