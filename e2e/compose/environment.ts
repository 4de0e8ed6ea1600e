/** Makes what the selected specs need, in order: nothing, or images, a cluster and subjects; and takes it away again. */
import { emptyEnvironment } from './empty-environment.ts';
import type { Options } from '../harness/run/options/schema.ts';
import type { EnvironmentRequest, RunEnvironment } from '../harness/run/run-environment.ts';
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

/** What makeEnvironment() would make, as text; of the machine and the caches only, for which nothing is started. */
export async function setUpPlan(options: Options, specs: EnvironmentRequest['specs']): Promise<string> {
  const choice = chooseSubjects(options, specs, areas.kinds);
  if (!choice.needsCluster && choice.entries.length === 0) return 'set-up: the selected specs need none';
  const subjects = await Promise.all(choice.entries.map((entry) => entry.load()));
  const { setUpText } = await import('./run-set-up.ts');
  return setUpText(options, subjects, choice.needsCluster);
}
