/** The set-up of a run: what is missing, made in order of need beside whatever the run does already; or only told (`--plan`). */
import { missingRows } from '../../hack/doctor/diagnose.ts';
import type { MakingParts } from '../../hack/parts/make-parts.ts';
import type { PartSource, Subject } from '../harness/subject/subject.ts';
import type { Options } from '../harness/run/options/schema.ts';
import { InfrastructureError } from '../harness/run/verdict-errors.ts';
import { askForPrerequisites, type Prerequisites } from './prerequisites.ts';
import { diagnoseOptions, goalsOf, nodeImageToMake, rowsToMend } from './set-up-request.ts';

interface Asked {
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

export interface RunSetUp {
  /** Resolves when machine and images stand. Throws InfrastructureError with what failed. */
  readonly ground: Promise<void>;
  /** What subjects ask for: it waits for a part that is being made. */
  readonly parts: PartSource;
  /** Starts nothing more, ends what runs and waits for it. */
  stop(): Promise<void>;
}

/** Asks first when packages have to be installed; then starts, and returns while parts are made. */
export async function startSetUp(options: Options, subjects: readonly Subject[], asked: Asked): Promise<RunSetUp> {
  const { log } = asked;
  const prerequisites = await askForPrerequisites(options, subjects, log);
  const own = new AbortController();
  const signal = AbortSignal.any([asked.signal, own.signal]);
  const { createSteps } = await import('../../hack/process/steps.ts');
  const { startParts } = await import('../../hack/parts/make-parts.ts');
  const { createParts } = await import('../../hack/subjects/parts.ts');
  const steps = createSteps(log);
  const plan = await planned(options, subjects, prerequisites, { signal, log });
  if (plan.byHand.length > 0)
    throw new InfrastructureError(`set-up could not do everything: ${plan.byHand.join('; ')}`);
  const making = startParts(plan.missing, plan.goals, { steps, signal });
  const ground = groundOf(making, plan.ground);
  // Whoever waits for it is told; before that nobody may be there to listen.
  ground.catch(() => undefined);
  return {
    ground,
    parts: waitingFor(making, createParts(steps)),
    async stop() {
      own.abort(new Error('the run needs no more parts'));
      await making.finished;
    },
  };
}

/** Without a cluster: only what the subjects are made of. */
export async function startSubjectParts(
  options: Options,
  subjects: readonly Subject[],
  asked: Asked,
): Promise<Pick<RunSetUp, 'parts' | 'stop'>> {
  const { createSteps } = await import('../../hack/process/steps.ts');
  const { createParts } = await import('../../hack/subjects/parts.ts');
  const { startParts } = await import('../../hack/parts/make-parts.ts');
  const own = new AbortController();
  const steps = createSteps(asked.log);
  const signal = AbortSignal.any([asked.signal, own.signal]);
  const { goals, missing } = await partsOfSubjects(options, subjects, { ...asked, signal });
  const making = startParts(missing, goals, { steps, signal });
  return {
    parts: waitingFor(making, createParts(steps)),
    async stop() {
      own.abort(new Error('the run needs no more parts'));
      await making.finished;
    },
  };
}

async function partsOfSubjects(options: Options, subjects: readonly Subject[], asked: Asked) {
  const { missingParts } = await import('../../hack/parts/maker.ts');
  const { subjectMaker } = await import('../../hack/parts/subject-makers.ts');
  const { createSteps } = await import('../../hack/process/steps.ts');
  const goals = goalsOf(subjects, options, false);
  const makers = goals.flatMap(({ after }) => after).map(subjectMaker);
  const settings = { steps: createSteps(asked.log), signal: asked.signal };
  return { goals, missing: await missingParts(makers, goals, settings) };
}

/** The plan as text; makes nothing. */
export async function setUpText(options: Options, subjects: readonly Subject[], hasCluster: boolean): Promise<string> {
  const asked = { signal: new AbortController().signal, log: (): void => undefined };
  const { examine } = await import('../../hack/doctor/diagnose.ts');
  const { planText } = await import('../../hack/graph/plan-text.ts');
  const { usualWidths } = await import('../../hack/graph/part-graph.ts');
  if (!hasCluster) {
    const { goals, missing } = await partsOfSubjects(options, subjects, asked);
    return planText(missing.parts, goals, { widths: usualWidths, there: missing.there }).join('\n');
  }
  const { rows, around } = await examine(diagnoseOptions(options));
  const mended = rowsToMend(rows, subjects, options.setup === true);
  const { missing, goals, byHand } = await planned(options, subjects, { rows: mended, around }, asked);
  const lines = planText(missing.parts, goals, { widths: usualWidths, there: missing.there });
  return [...lines, ...byHand.map((line) => `  by hand: ${line}`)].join('\n');
}

async function planned(options: Options, subjects: readonly Subject[], { rows, around }: Prerequisites, asked: Asked) {
  const { planSetUp } = await import('../../hack/set-up.ts');
  const { examine } = await import('../../hack/doctor/diagnose.ts');
  const { createSteps } = await import('../../hack/process/steps.ts');
  const recheck = async () => missingRows((await examine(diagnoseOptions(options))).rows);
  return planSetUp(
    {
      rows,
      recheck,
      nodeImage: nodeImageToMake(options, around),
      fixturesImage: options.fixturesImage === undefined && options.imagesFrom === undefined,
      goals: goalsOf(subjects, options),
      log: asked.log,
    },
    { steps: createSteps(asked.log), signal: asked.signal },
  );
}

async function groundOf(making: MakingParts, names: readonly string[]): Promise<void> {
  const results = await Promise.allSettled(names.map((name) => making.ready(name)));
  for (const result of results)
    if (result.status === 'rejected') {
      const { reason } = result as { readonly reason: unknown };
      throw new InfrastructureError(reason instanceof Error ? reason.message : String(reason), { cause: reason });
    }
}

function waitingFor(making: MakingParts, parts: PartSource): PartSource {
  return {
    missing: (part) => parts.missing(part),
    async image(part, signal) {
      await making.ready(part);
      return parts.image(part, signal);
    },
    async file(part, signal) {
      await making.ready(part);
      return parts.file(part, signal);
    },
  };
}
