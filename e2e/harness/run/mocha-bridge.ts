/**
 * The only file that knows mocha, private names included (`runner.uncaught`, `runner.unhandled`); mocha is pinned exactly
 * for their sake and engine-tests hold each. Mocha walks its tree in order; each test waits for the outcome of a body that the
 * scheduler has run, and then passes, fails or is pending for the reporters.
 */
import type { Test } from 'mocha';
import { areaOf, titleOf } from './spec-registry.ts';
import type { Outcome, PlannedSpec } from './session.ts';
import { asExpected } from './verdict.ts';

export interface Replay {
  readonly plan: readonly PlannedSpec[];
  /** Emptied on the way. */
  readonly outcomes: Map<string, Promise<Outcome>>;
  /** Called as soon as the outcome is known: a spec that is still waited for must not hold back the verdicts of later ones. */
  readonly onOutcome: (item: PlannedSpec, outcome: Outcome) => void;
}

/** Resolves when mocha has walked the whole tree. */
export async function replayThroughMocha(replay: Replay): Promise<void> {
  const { default: Mocha } = await import('mocha');
  const items = new Map<Test, PlannedSpec>();
  function Reporter(runner: Mocha.Runner): void {
    runner.on('test end', (test) => {
      const item = items.get(test);
      if (item === undefined) return;
      // An outcome holds all evidence of its spec: a long run must not hold them all.
      items.delete(test);
      replay.outcomes.delete(item.id);
    });
  }
  const mocha = new Mocha({
    timeout: 0,
    reporter: Reporter as unknown as Mocha.ReporterConstructor,
    enableGlobalSetup: true,
    // Before the runner registers its own listeners: afterwards they could no longer be replaced.
    globalSetup: [
      function (this: Mocha.Runner) {
        takeOverStrays(this);
      },
    ],
  } as Mocha.MochaOptions);
  for (const item of replay.plan) {
    void replay.outcomes.get(item.id)?.then((outcome) => replay.onOutcome(item, outcome));
    const area = areaOf(item.spec.meta.id);
    const suite = lastSuite(mocha, area) ?? Mocha.Suite.create(mocha.suite, area);
    const test = new Mocha.Test(titleOf(item.spec), async function (this: Mocha.Context) {
      const outcome = await replay.outcomes.get(item.id);
      items.set(test, item);
      settle(this, outcome);
    });
    suite.addTest(test);
  }
  await new Promise<void>((resolve) => {
    mocha.run(() => resolve());
  });
}

/** Consecutive specs of an area share a suite; a shuffled order opens a new one, so that the walk keeps the order. */
function lastSuite(mocha: Mocha, area: string): Mocha.Suite | undefined {
  const last = mocha.suite.suites.at(-1);
  return last?.title === area ? last : undefined;
}

/** Pass, pending or throw: all that mocha can be told. */
export function settle(context: Mocha.Context, outcome: Outcome): void {
  if (outcome === undefined || outcome.verdict === 'skip') context.skip();
  const test = context.test as (Mocha.Runnable & { duration?: number }) | undefined;
  if (test !== undefined) test.duration = Math.round(outcome.endedAt - outcome.startedAt);
  if (!asExpected(outcome.verdict)) throw replayedError(outcome);
}

function replayedError(outcome: NonNullable<Outcome>): Error {
  const text = outcome.failure?.message ?? outcome.reason ?? 'no reason was recorded';
  const error = new Error(`${outcome.verdict}: ${text}`);
  if (outcome.failure?.stack !== undefined) error.stack = outcome.failure.stack;
  return error;
}

/** Mocha would blame the test whose turn it is; process.ts knows whose error it was. */
export function takeOverStrays(runner: Mocha.Runner): void {
  const open = runner as unknown as { uncaught: (error: unknown) => void; unhandled: (error: unknown) => void };
  for (const name of ['uncaught', 'unhandled'] as const) {
    if (typeof open[name] !== 'function') throw new Error(`this version of mocha has no Runner#${name}`);
    open[name] = () => undefined;
  }
}

/** Tests of plain mocha's tree that its own --grep and --invert leave, in order. */
export function selectedTests(runner: Mocha.Runner): readonly Mocha.Test[] {
  const { _grep: grep, _invert: invert } = runner as unknown as { _grep: RegExp; _invert: boolean | undefined };
  const tests: Mocha.Test[] = [];
  const walk = (suite: Mocha.Suite): void => {
    tests.push(...suite.tests.filter((test) => grep.test(test.fullTitle()) !== Boolean(invert)));
    suite.suites.forEach(walk);
  };
  walk(runner.suite);
  return tests;
}

/** Takes all other tests out of the tree, and lets the runner count again. */
export function keepTests(runner: Mocha.Runner, kept: ReadonlySet<Mocha.Test>): void {
  const walk = (suite: Mocha.Suite): void => {
    suite.tests = suite.tests.filter((test) => kept.has(test));
    suite.suites.forEach(walk);
  };
  walk(runner.suite);
  runner.grep(/.*/, false);
}
