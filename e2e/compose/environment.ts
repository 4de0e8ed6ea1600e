/** Makes what the selected specs need, in order: nothing, or images, a cluster and subjects; and takes it away again. */
import type { Environment } from '../harness/run/environment.ts';
import type { Options } from '../harness/run/options/schema.ts';
import type { EnvironmentRequest, RunEnvironment } from '../harness/run/run-environment.ts';
import { InfrastructureError } from '../harness/run/verdict-errors.ts';
import { areas } from '../areas/index.ts';
import { chooseSubjects } from './choose-subjects.ts';
import { watchSurroundings } from './surroundings.ts';

export async function makeEnvironment(options: Options, request: EnvironmentRequest): Promise<RunEnvironment> {
  const choice = chooseSubjects(options, request.specs, areas.kinds);
  if (!choice.needsCluster && choice.entries.length === 0)
    return { ...emptyEnvironment(options), surroundings: await watchSurroundings(request.folder) };
  if (!choice.needsCluster) {
    const { clusterlessEnvironment } = await import('./clusterless-environment.ts');
    return clusterlessEnvironment(options, request, choice);
  }
  const { makeClusterEnvironment } = await import('./cluster-environment.ts');
  return makeClusterEnvironment(options, request, choice);
}

/** For specs that judge nothing in a cluster. */
export function emptyEnvironment(options: Options): RunEnvironment {
  const none = (): never => {
    throw new InfrastructureError('this run has no cluster: no selected spec declared that it needs one');
  };
  const env: Environment = {
    get cluster() {
      return none();
    },
    subject: (kind) => {
      throw new InfrastructureError(`no ${kind} was chosen for this run`);
    },
    subjects: () => [],
    options,
    slowFactor: options.slowFactor ?? 1,
    fixturesImage: options.fixturesImage ?? '',
  };
  return {
    env,
    facts: { provider: 'none' },
    subjects: [],
    family: options.ipFamily ?? 'ipv4',
    defaultJobs: 20,
    skipReason: () => undefined,
    collectors: () => [],
    close: () => Promise.resolve(),
  };
}
