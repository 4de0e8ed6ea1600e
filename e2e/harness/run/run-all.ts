/** The run of `npm run e2e`: rounds of sessions, replayed through mocha for the console. */
import { EXIT } from './exit-codes.ts';
import { replayThroughMocha } from './mocha-bridge.ts';
import { Run, type RunInput } from './run.ts';
import { planOf } from './session.ts';

export async function runAll(input: RunInput): Promise<number> {
  const { options, selection } = input;
  const run = new Run(input);
  if (await run.open())
    for (let round = 1; ; round++) {
      const plan = planOf(selection.specs, round === 1 ? (options.repeat ?? 1) : 1, round);
      const session = await run.start(plan);
      await replayThroughMocha({
        plan,
        outcomes: session.outcomes,
        onOutcome: (item, outcome) => run.console.outcome(item, plan.length, outcome, run.folder.path),
      });
      await session.finished;
      const goOn = options.untilItFails === true && run.judgedExitCode === EXIT.asExpected && !run.guard.signal.aborted;
      if (!goOn) break;
    }
  return run.finish();
}
