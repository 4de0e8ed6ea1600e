/** The environment of specs that judge subjects without a cluster: TCP clients through an emulated load balancer. */
import type { EnvironmentRequest, RunEnvironment } from '../harness/run/run-environment.ts';
import type { Options } from '../harness/run/options/schema.ts';
import { InfrastructureError } from '../harness/run/verdict-errors.ts';
import type { SubjectContext } from '../harness/subject/subject.ts';
import type { Choice } from './choose-subjects.ts';
import { runSlowFactor } from './calibration.ts';
import { emptyEnvironment } from './empty-environment.ts';
import { watchSurroundings } from './surroundings.ts';
import { UndoStack } from './undo-stack.ts';

export async function clusterlessEnvironment(
  options: Options,
  request: EnvironmentRequest,
  choice: Choice,
): Promise<RunEnvironment> {
  const empty = emptyEnvironment(options);
  const subjects = await Promise.all(choice.entries.map((entry) => entry.load()));
  const { startSubjectParts } = await import('./run-set-up.ts');
  const { parts, stop } = await startSubjectParts(options, subjects, request);
  const contextFor = (signal: AbortSignal): SubjectContext => ({
    get cluster() {
      return empty.env.cluster;
    },
    signal,
    options,
    fixturesImage: '',
    parts,
    log: request.log,
  });
  const context = contextFor(request.signal);
  for (const subject of subjects) {
    const missing = await subject.preflight(context);
    if (missing.length > 0) throw new InfrastructureError(`${subject.name} cannot be installed: ${missing.join('; ')}`);
  }
  const undo = new UndoStack();
  for (const subject of subjects) undo.push((signal) => subject.remove(contextFor(signal)));
  // All are awaited: one that is removed while another is still being installed would not stay away.
  const installed = await Promise.allSettled(subjects.map((subject) => subject.install(context)));
  const failed = installed.find((one) => one.status === 'rejected');
  if (failed !== undefined) {
    await undo
      .run(AbortSignal.timeout(120_000))
      .catch((late: unknown) => request.note('infrastructure-error', `after the failed set-up: ${String(late)}`));
    throw failed.reason;
  }
  const ofKind: RunEnvironment['env']['subjects'] = (kind) => subjects.filter((subject) => subject.kind === kind);
  const slowFactor = await runSlowFactor(options.slowFactor, request);
  const { cpus, release } = await import('node:os');
  return {
    ...empty,
    env: {
      get cluster() {
        return empty.env.cluster;
      },
      options,
      slowFactor,
      fixturesImage: '',
      subject: (kind) => ofKind(kind)[0] ?? empty.env.subject(kind),
      subjects: ofKind,
    },
    facts: { provider: 'none', kernel: release(), cores: String(cpus().length), slowFactor: String(slowFactor) },
    subjects: await Promise.all(subjects.map((subject) => subject.info(context))),
    surroundings: await watchSurroundings(request.folder),
    close: async (signal) => {
      await stop();
      await undo.run(signal);
    },
  };
}
