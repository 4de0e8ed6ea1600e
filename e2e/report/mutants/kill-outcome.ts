/** From what a spec said of a subject to what that says of the spec. Pure. */
import type { Verdict } from '../../harness/run/result-schema.ts';

/**
 * A known-bad subject is `caught` or `missed` by a spec that is meant for it; any other spec either `also-caught` it or
 * is `unaffected`; one that failed in another way than the defect is meant to show, or in a way that nobody recorded, failed for
 * an `other-reason`. A good subject `passed`, or was accused: `false-alarm`. `known-defect` tells nothing of the mutation,
 * because its good twin fails as well. A subject that does nothing to judge has `withheld` a verdict as it must.
 */
export type KillOutcome =
  | 'caught'
  | 'missed'
  | 'other-reason'
  | 'also-caught'
  | 'unaffected'
  | 'passed'
  | 'false-alarm'
  | 'known-defect'
  | 'withheld'
  | 'inconclusive'
  | 'not-run'
  | 'skipped';

export interface Role {
  readonly good: boolean;
  /** The spec is among those that must catch the subject. */
  readonly meant: boolean;
  /** The subject does nothing to judge: the spec has to end as inconclusive. */
  readonly undecided?: boolean;
  /** It failed as the defect is meant to show. */
  readonly asMeant?: boolean;
}

/** Of several repetitions the one that is worst for the suite stands. */
const WORST_FIRST: readonly KillOutcome[] = [
  'false-alarm',
  'missed',
  'other-reason',
  'inconclusive',
  'not-run',
  'known-defect',
  'skipped',
  'unaffected',
  'also-caught',
  'passed',
  'withheld',
  'caught',
];

export const KILL_SYMBOLS: Readonly<Record<KillOutcome, string>> = {
  caught: '✓',
  missed: '✗',
  'other-reason': '≠',
  'also-caught': '+',
  unaffected: '·',
  passed: '✓',
  'false-alarm': '!!',
  'known-defect': 'x',
  withheld: '○',
  inconclusive: '?',
  'not-run': '–',
  skipped: 's',
};

export function killOutcome(verdicts: readonly Verdict[], role: Role): KillOutcome {
  const outcomes = verdicts.map((verdict) => outcomeOfOne(verdict, role));
  return WORST_FIRST.find((outcome) => outcomes.includes(outcome)) ?? 'not-run';
}

function outcomeOfOne(verdict: Verdict, { good, meant, undecided = false, asMeant = true }: Role): KillOutcome {
  switch (verdict) {
    case 'fail':
      return good ? 'false-alarm' : !meant ? 'also-caught' : asMeant ? 'caught' : 'other-reason';
    case 'pass':
    case 'flaky':
    case 'unexpected-pass':
      return undecided ? 'missed' : good ? 'passed' : meant ? 'missed' : 'unaffected';
    case 'expected-fail':
      return 'known-defect';
    case 'skip':
      return 'skipped';
    case 'inconclusive':
      return undecided ? 'withheld' : 'inconclusive';
    case 'infrastructure-error':
      return 'inconclusive';
    case 'not-run':
      return 'not-run';
  }
}
