/** `doctor --setup`: all that the machine lacks, and both images, whatever specs will be run. */
import type { Row, Surroundings } from '../../hack/doctor/check.ts';
import { diagnose, missingRows, repairableRows } from '../../hack/doctor/diagnose.ts';
import { startParts } from '../../hack/parts/make-parts.ts';
import { createSteps } from '../../hack/process/steps.ts';
import { planSetUp } from '../../hack/set-up.ts';

/** Returns what has to be done by hand. A part that fails is told, and what does not need it is made all the same. */
export async function setUpMachine(
  { rows, around }: { readonly rows: readonly Row[]; readonly around: Surroundings },
  given: { readonly context?: string | undefined; readonly guard?: boolean | undefined },
  log: (line: string) => void,
): Promise<readonly string[]> {
  const own = given.context === undefined;
  const steps = createSteps(log);
  const plan = await planSetUp(
    {
      rows: repairableRows(rows),
      recheck: async () => missingRows(await diagnose({ provider: own ? 'kind' : 'existing', guard: given.guard })),
      nodeImage: own && around.nodeImage === undefined ? { build: around.mustBuild, source: 'auto' } : undefined,
      fixturesImage: own,
      goals: [{ name: 'clusters', after: [] }],
      log,
    },
    { steps },
  );
  const making = startParts(plan.missing, plan.goals, { steps });
  await making.finished;
  return plan.byHand;
}
