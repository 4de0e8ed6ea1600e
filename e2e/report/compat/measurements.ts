/** What a run measured of real releases, one line for each claim. Pure. */
import { measuredOf } from '../report-data.ts';
import { oneLine } from '../printable.ts';
import { type Outcome, outcomesOf, type RunRecord } from '../run-record.ts';
import { shellQuoted } from '../shell-quote.ts';
import type { SubjectInfo } from '../../harness/run/result-schema.ts';
import type { CompatMeasurement } from './compat-schema.ts';
import { byVersion } from './release-order.ts';

const JUDGED = ['pass', 'fail', 'expected-fail', 'inconclusive', 'skip'] as const;
const FAMILIES = ['ipv4', 'ipv6', 'dual'] as const;

/**
 * Only releases count: a subject that says its own product and version, without a variant of ours, alone in its spec. A run that
 * does not say its commit, or whose spec has no verdict, gives nothing.
 */
export function measurementsOf(run: RunRecord): readonly CompatMeasurement[] {
  const { start } = run;
  const { commit, dirty } = commitOf(start?.facts['suite']);
  if (start === undefined || commit === undefined) return [];
  return outcomesOf(run).flatMap((outcome) => {
    const subject = releaseOf(outcome, start.subjects);
    const verdict = JUDGED.find((one) => one === outcome.verdict);
    const ipFamily = FAMILIES.find((one) => one === outcome.family);
    if (subject === undefined || verdict === undefined || ipFamily === undefined) return [];
    const { id, area, claim } = outcome.spec;
    const figures = figuresOf(outcome);
    return [
      {
        ...{ product: subject.product, version: subject.version, mode: subject.mode ?? '', ipFamily, area, spec: id },
        ...{ claim, verdict },
        ...(outcome.decisive?.defect === undefined ? {} : { defect: outcome.decisive.defect.id }),
        ...(figures === '' ? {} : { figures }),
        kubernetes: (start.facts['kubernetes'] ?? '').replace(/^v/, ''),
        kernel: start.facts['kernel'] ?? '',
        ...{ commit, dirty, date: start.wall.slice(0, 10) },
        repeat: `npm run e2e -- ${shellQuoted(['--subject', subject.name, '-i', ipFamily, '--focus', `${id}$`])}`,
      },
    ];
  });
}

/** Identity of a measurement: a newer one of the same takes its place. */
export const placeOf = ({ product, version, mode, ipFamily, spec }: CompatMeasurement): string =>
  [product, version, mode, ipFamily, spec].join('\n');

/** All of both, where `newer` holds what `older` held too. In order of product, mode, family, spec and version. */
export function mergedMeasurements(
  older: readonly CompatMeasurement[],
  newer: readonly CompatMeasurement[],
): readonly CompatMeasurement[] {
  const byPlace = new Map([...older, ...newer].map((one) => [placeOf(one), one]));
  const orderOf = (one: CompatMeasurement): string => [one.product, one.mode, one.ipFamily, one.spec].join('\n');
  return [...byPlace.values()].toSorted(
    (a, b) => orderOf(a).localeCompare(orderOf(b), 'en') || byVersion(a.version, b.version),
  );
}

function releaseOf(
  { subjects }: Outcome,
  known: readonly SubjectInfo[],
): (SubjectInfo & { readonly product: string; readonly version: string }) | undefined {
  const [name, ...others] = subjects;
  const subject = known.find((one) => one.name === name);
  if (subject === undefined || others.length > 0 || subject.name.includes('+')) return undefined;
  const { product, version } = subject;
  return product === undefined || version === undefined ? undefined : { ...subject, product, version };
}

/** `b5addfe66459`, or `b5addfe66459 with changes`. */
function commitOf(suite = ''): { readonly commit?: string; readonly dirty: boolean } {
  const [, commit, changes] = /^([0-9a-f]{7,40})( with changes)?$/.exec(suite) ?? [];
  return { ...(commit === undefined ? {} : { commit }), dirty: changes !== undefined };
}

/** Never the sentence of a failure: it names addresses of a cluster that is gone. */
const figuresOf = (outcome: Outcome): string =>
  oneLine(outcome.decisive?.inShort ?? (measuredOf(outcome) || outcome.reason || ''), 200);
