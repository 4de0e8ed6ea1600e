/**
 * A process that has loaded the tests of the copy once and runs some of them on request, with one mutant alive. Its parent
 * ends it when it does not answer: a mutant may loop for ever.
 */
import { relative } from 'node:path';
import Mocha from 'mocha';
import { NOT_RUN } from './scope.ts';

export interface WorkerRequest {
  /** None: all mutants sleep, and what each test covers is told. */
  readonly mutant?: string;
  /** Full titles; absent means all. */
  readonly tests?: readonly string[];
  /** How often the mutant's place may be passed before it counts as a loop. */
  readonly hitLimit?: number;
}

export interface WorkerAnswer {
  /** Why the first failed test failed. */
  readonly failed?: string;
  /** Mutant → how often its place was passed; `''`: while files were loaded or in hooks of a suite. */
  readonly coverage: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Milliseconds by full title. */
  readonly durations: Readonly<Record<string, number>>;
  /** Paths by full title, as they were given. */
  readonly files: Readonly<Record<string, string>>;
}

interface Stryker {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: { static: Record<string, number>; perTest: Record<string, Record<string, number>> } | undefined;
}

const shared = globalThis as unknown as { __stryker__?: Stryker };
const state: Stryker = (shared.__stryker__ ??= {});
const noReporter = function () {} as unknown as Mocha.ReporterConstructor;

const mocha = new Mocha({ timeout: 10_000, reporter: noReporter, bail: true });
mocha.cleanReferencesAfterRun(false);
for (const file of process.argv.slice(2)) mocha.addFile(file);
mocha.suite.beforeEach(function () {
  state.currentTestId = this.currentTest?.fullTitle();
});
mocha.suite.afterEach(() => {
  state.currentTestId = undefined;
});
await mocha.loadFilesAsync();
// A mutant that ends the process would count for a crash of the tests that come after it.
process.exit = (code) => {
  throw new Error(`process.exit(${String(code)})`);
};
process.on('message', (request: WorkerRequest) => void run(request).then((answer) => process.send?.(answer)));
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.send?.('ready');

function run(request: WorkerRequest): Promise<WorkerAnswer> {
  const durations: Record<string, number> = {};
  const files: Record<string, string> = {};
  let failed: string | undefined;
  Object.assign(state, { activeMutant: request.mutant, hitCount: 0, hitLimit: request.hitLimit });
  const wanted = request.tests?.map((title) => title.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  mocha.grep(
    wanted === undefined ? new RegExp(`^(?!.*(?:${NOT_RUN.source}))`) : new RegExp(`^(?:${wanted.join('|')})$`),
  );
  return new Promise((resolve) => {
    const runner = mocha.run(() => {
      const covered = state.mutantCoverage ?? { static: {}, perTest: {} };
      if (request.mutant !== undefined) covered.static = covered.perTest = {};
      state.activeMutant = undefined;
      const coverage = { ...covered.perTest, '': covered.static };
      resolve({ ...(failed === undefined ? {} : { failed }), coverage, durations, files });
    });
    runner.on('test end', (test: Mocha.Test) => {
      durations[test.fullTitle()] = test.duration ?? 0;
      files[test.fullTitle()] = relative(process.cwd(), test.file ?? '');
    });
    runner.on(
      'fail',
      (test: Mocha.Test | Mocha.Hook, error: Error) => (failed ??= `${test.fullTitle()}: ${error.message}`),
    );
  });
}
