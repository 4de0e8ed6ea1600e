/** What runs on a cluster, joined with what was measured: one entry for each product, version and mode. Pure. */
import type { RunningProduct } from '../harness/area/running.ts';
import type { Compat } from '../report/compat/compat-schema.ts';
import { defectStatus } from './defect-status.ts';
import { type Exposed, exposureOf } from './exposure.ts';
import { productVersion } from './product-version.ts';
import type { CheckedDefect, CheckedSubject } from './result.ts';

const EXAMPLES = 5;

export function joinData(
  running: readonly RunningProduct[],
  compat: Compat,
  exposed: readonly Exposed[],
): readonly CheckedSubject[] {
  const groups = new Map<string, RunningProduct[]>();
  for (const one of running) {
    const key = JSON.stringify([one.product, one.role, one.version ?? null, one.mode ?? null, one.told]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [subjectOf(first, [...new Set(group.map(({ node }) => node))], compat, exposed)];
  });
}

function subjectOf(
  one: RunningProduct,
  nodes: readonly string[],
  compat: Compat,
  exposed: readonly Exposed[],
): CheckedSubject {
  const { product, role, mode, told } = one;
  const { upstream, vendor } = productVersion(one.version ?? '');
  const claims = compat.measurements.filter(
    (each) => each.product === product && each.version === upstream && (mode === undefined || each.mode === mode),
  );
  // What is switched off does nothing wrong.
  const all = mode === 'off' ? [] : compat.defects.filter((defect) => defect.product === product);
  const statuses = all.flatMap((defect) => defectStatus(compat, defect, upstream, mode) ?? []);
  const defects = statuses.flatMap(({ defect, has, by, bad, good }): readonly CheckedDefect[] =>
    has === false
      ? []
      : [
          {
            ...{ id: defect.id, title: defect.title, has: has ?? null, by, affected: defect.affected },
            ...{ fixed: defect.fixed, measured: { bad: [...bad], good: [...good] }, trigger: defect.trigger },
            ...{ avoid: defect.avoid, refs: [...defect.refs], specs: [...defect.specs] },
            matters: exposureOf(defect.specs, exposed).map(({ examples, ...rest }) => ({
              ...rest,
              examples: [...examples],
            })),
          },
        ],
  );
  const distinct = (verdicts: readonly string[]): number =>
    new Set(claims.filter(({ verdict }) => verdicts.includes(verdict)).map(({ spec }) => spec)).size;
  return {
    ...{ product, role, found: one.version ?? null, version: upstream ?? null, vendor, mode: mode ?? null, told },
    nodes: { count: nodes.length, examples: nodes.toSorted().slice(0, EXAMPLES) },
    claims: { measured: distinct(['pass', 'fail', 'expected-fail']), passed: distinct(['pass']) },
    failures: claims
      .filter(({ verdict, defect }) => verdict === 'fail' && defect === undefined)
      .map(({ spec, claim, figures = '' }) => ({ spec, claim, figures })),
    defects: defects.toSorted((a, b) => Number(b.has === true) - Number(a.has === true)),
    unknown: mode !== 'off' && claims.length === 0 && statuses.every(({ has }) => has === undefined),
  };
}

export const isAffected = ({ defects, failures }: CheckedSubject): boolean =>
  failures.length > 0 || defects.some(({ has }) => has === true);

/** What to say of products of which nobody knows whether they are good. */
export function notMeasured(subjects: readonly CheckedSubject[]) {
  return subjects.flatMap((one) => {
    const name =
      `${one.product} ${one.version ?? ''}${one.mode === null || one.mode === '' ? '' : ` ${one.mode}`}`.trim();
    const open = one.defects.filter(({ has }) => has === null).length;
    if (one.found === null) return [{ what: name, why: `its version is not known (${one.told})` }];
    if (one.unknown) return [{ what: name, why: `not measured${one.vendor === '' ? '' : ` (found as ${one.found})`}` }];
    return open === 0 ? [] : [{ what: name, why: `not measured for ${open} of the known defects` }];
  });
}
