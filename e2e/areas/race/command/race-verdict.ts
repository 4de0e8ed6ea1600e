/** From the record of a run to the sentence of the reproducer. Pure. */
import type { AttemptLine } from '../../../harness/run/result-schema.ts';
import type { RunRecord } from '../../../report/run-record.ts';
import { EXIT } from '../../../harness/run/exit-codes.ts';

export interface RaceVerdict {
  readonly sentence: string;
  readonly reasons: readonly string[];
  readonly exitCode: number;
}

/** Sums over all attempts; a run without a judged attempt concludes nothing. */
export function raceVerdict(run: RunRecord): RaceVerdict {
  const attempts = run.attempts.filter(({ final }) => final);
  const cut = sum(attempts, 'cut by the cleanup');
  const alive = sum(attempts, 'flows alive at the delete pass');
  const failed = attempts.filter(({ verdict }) => verdict === 'fail' || verdict === 'expected-fail');
  if (failed.length > 0 && cut > 0)
    return {
      sentence: `RACE CONDITION DETECTED: ${cut} of ${alive} connections denied`,
      reasons: failed.map(({ failure }) => failure?.message ?? ''),
      exitCode: EXIT.failed,
    };
  const open = attempts.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'flaky');
  const notes = run.notes.filter(({ level }) => level !== 'info').map(({ summary }) => summary);
  if (attempts.length === 0 || open.length > 0)
    return {
      sentence: 'NOTHING CAN BE CONCLUDED',
      reasons: [
        ...open.map(({ spec, reason, failure }) => `${spec.id}: ${reason ?? failure?.message ?? 'no reason given'}`),
        ...notes,
      ],
      exitCode: EXIT.infrastructure,
    };
  // A run that left something behind, or was not whole, is no green one.
  const exitCode = run.troubles.length === 0 ? EXIT.asExpected : EXIT.infrastructure;
  return { sentence: `No race: 0 of ${alive} connections denied`, reasons: run.troubles, exitCode };
}

/** The run that holds the cluster's lease, when a run ended before it began because of that. */
export function clusterHolder({ notes }: RunRecord): string | undefined {
  const texts = notes.map(({ summary }) => summary);
  return /the cluster is used by run (\S+)/.exec(texts.join('\n'))?.[1];
}

function sum(attempts: readonly AttemptLine[], name: string): number {
  return attempts
    .flatMap(({ measures }) => measures)
    .filter((measure) => measure.name === name)
    .reduce((total, { value }) => total + value, 0);
}
