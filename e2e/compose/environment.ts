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
