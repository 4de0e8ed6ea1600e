/** Which attempt of a run a bundle is made of. */
import type { AttemptLine, Verdict } from '../harness/run/result-schema.ts';
import type { RunRecord } from '../report/run-record.ts';

const FAILED: readonly Verdict[] = ['fail', 'expected-fail', 'unexpected-pass', 'inconclusive', 'infrastructure-error'];

/** The last attempt at the spec that failed. Throws with what the run has when there is none. */
export function failedAttempt(run: RunRecord, specId: string): AttemptLine {
  const ofSpec = run.attempts.filter(({ spec }) => spec.id === specId);
  const failed = FAILED.map((verdict) => ofSpec.findLast((one) => one.verdict === verdict)).find(Boolean);
  if (failed !== undefined) return failed;
  const others = [
    ...new Set(run.attempts.filter(({ verdict }) => FAILED.includes(verdict)).map(({ spec }) => spec.id)),
  ];
  const has = others.length === 0 ? 'nothing in this run failed' : `what failed in this run: ${others.join(', ')}`;
  const what = ofSpec.length === 0 ? 'was not run' : `ended as ${ofSpec.map(({ verdict }) => verdict).join(', ')}`;
  throw new Error(`${specId} ${what} in run ${run.name}; ${has}`);
}
