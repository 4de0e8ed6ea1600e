/** How `npm run prove -- flake` ends: what the runs below it said counts as much as the verdicts that they left. Pure. */
import { EXIT } from '../harness/run/exit-codes.ts';
import type { RunRecord } from '../report/run-record.ts';
import type { FlakeSample } from './flake-samples.ts';

/** A code other than 0 with the reason. */
export interface FlakeEnd {
  readonly code: number;
  readonly reason: string;
}

/** Of the run on the calm machine, which makes the cluster: nothing is loaded when that went wrong. `exit`: undefined when it was killed. */
export function calmEnd(exit: number | undefined, knownBad: boolean): FlakeEnd | undefined {
  if (exit === EXIT.asExpected || (exit === EXIT.failed && knownBad)) return undefined;
  const expected = knownBad ? '0 or 1' : '0';
  const reason = `the run on the calm machine ended with ${exit ?? 'a signal'}, expected ${expected}`;
  return { code: exit ?? EXIT.infrastructure, reason };
}

export interface LoadedRun {
  readonly exit: number | undefined;
  readonly run: RunRecord;
  readonly samples: readonly FlakeSample[];
  /** Of all attempts that stand in the table. */
  readonly wrong: number;
  readonly knownBad: boolean;
  /** --run-timeout was given: the run may be ended early, and says so itself. */
  readonly limited: boolean;
}

/** Undecided attempts are what a loaded machine may bring; an end that no attempt explains is not. */
export function loadedEnd({ exit, run, samples, wrong, knownBad, limited }: LoadedRun): FlakeEnd | undefined {
  if (wrong > 0) return { code: EXIT.failed, reason: `${wrong} verdicts were wrong` };
  if (exit === EXIT.usage) return { code: exit, reason: 'npm run e2e refused the options' };
  if (exit === undefined || run.end === undefined)
    return { code: EXIT.infrastructure, reason: `the loaded run did not come to its end (${exit ?? 'a signal'})` };
  if (exit > 128) return { code: exit, reason: 'the loaded run was interrupted' };
  if (samples.length === 0) return { code: EXIT.infrastructure, reason: 'the loaded run judged nothing' };
  if (exit === EXIT.asExpected || (exit === EXIT.failed && knownBad)) return undefined;
  const undecided = samples.some(({ verdict }) => verdict === 'inconclusive' || verdict === 'infrastructure-error');
  const missing = run.end.counts['not-run'] ?? 0;
  if (exit === EXIT.infrastructure && limited) return undefined;
  if (exit === EXIT.infrastructure && undecided && missing === 0) return undefined;
  const lost = missing > 0 ? `, ${missing} attempts were not made` : '';
  const reason = `the loaded run ended with ${exit}, which no verdict explains${lost}: ${run.troubles.join('; ')}`;
  return { code: exit === EXIT.failed ? EXIT.failed : EXIT.infrastructure, reason };
}
