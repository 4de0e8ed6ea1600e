/** Every mutant against the tests that pass its place, fast ones first. */
import type { Mutant } from './instrument.ts';
import type { WorkerAnswer } from './test-worker.ts';
import type { WorkerProcess } from './worker-process.ts';

export type Outcome = 'killed' | 'survived' | 'not covered';

export interface MutantResult extends Mutant {
  readonly outcome: Outcome;
  /** The test that failed, or how the process ended. */
  readonly by?: string;
}

const SLOW_MS = 100;

/** Throws when a test fails although every mutant sleeps. */
export async function runMutants(
  mutants: readonly Mutant[],
  worker: WorkerProcess,
  told: (done: number) => void,
): Promise<readonly MutantResult[]> {
  const asleep = await worker.ask({}, 600_000);
  if (typeof asleep === 'string') throw new Error(`the tests ${asleep} although no mutant is alive`);
  if (asleep.failed !== undefined) throw new Error(`a test fails although no mutant is alive: ${asleep.failed}`);
  const results: MutantResult[] = [];
  for (const mutant of mutants) {
    results.push({ ...mutant, ...(await runMutant(mutant, mutants, worker, asleep)) });
    told(results.length);
  }
  return results;
}

type Verdict = Pick<MutantResult, 'outcome' | 'by'>;

async function runMutant(
  { id, file }: Mutant,
  mutants: readonly Mutant[],
  worker: WorkerProcess,
  asleep: WorkerAnswer,
): Promise<Verdict> {
  const covering = Object.keys(asleep.coverage).filter(
    (test) => test !== '' && asleep.coverage[test]?.[id] !== undefined,
  );
  const onLoad = asleep.coverage['']?.[id] !== undefined;
  const hits = covering.reduce((sum, test) => sum + (asleep.coverage[test]?.[id] ?? 0), 0);
  const slow = (test: string): boolean => (asleep.durations[test] ?? 0) > SLOW_MS;
  for (const tests of [covering.filter((test) => !slow(test)), covering.filter(slow)]) {
    if (tests.length === 0) continue;
    const expected = tests.reduce((sum, test) => sum + (asleep.durations[test] ?? 0), 0);
    const answer = await worker.ask({ mutant: id, tests, hitLimit: hits * 100 + 10_000 }, 12_000 + expected * 4);
    if (typeof answer === 'string') return { outcome: 'killed', by: `the process ${answer}` };
    if (answer.failed !== undefined) return { outcome: 'killed', by: answer.failed };
  }
  return onLoad
    ? fromTheStart(id, worker, neighbours(file, mutants, asleep))
    : { outcome: covering.length > 0 ? 'survived' : 'not covered' };
}

/** What runs while files are loaded needs a process of its own. */
async function fromTheStart(id: string, worker: WorkerProcess, files: readonly string[]): Promise<Verdict> {
  if (files.length === 0) return { outcome: 'not covered' };
  const started = await worker.start(id, files);
  if (started !== 'ready') return { outcome: 'killed', by: `loading ${started}` };
  const answer = await worker.ask({ mutant: id }, 120_000);
  worker.stop();
  if (typeof answer === 'string') return { outcome: 'killed', by: `the process ${answer}` };
  return answer.failed === undefined ? { outcome: 'survived' } : { outcome: 'killed', by: answer.failed };
}

/** The test files that pass some place of a source; any of them may see what it did while it was loaded. */
function neighbours(source: string, mutants: readonly Mutant[], asleep: WorkerAnswer): readonly string[] {
  const ids = mutants.filter(({ file }) => file === source).map(({ id }) => id);
  const tests = Object.keys(asleep.coverage).filter((test) =>
    ids.some((id) => asleep.coverage[test]?.[id] !== undefined),
  );
  const beside = source.replace(/[.]ts$/, '.test.ts');
  const found = new Set(tests.map((test) => asleep.files[test] ?? ''));
  if (Object.values(asleep.files).includes(beside)) found.add(beside);
  found.delete('');
  return [...found].slice(0, 6);
}
