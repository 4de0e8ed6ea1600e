/** Where subjects stand on a cluster that is not ours, as each kind looks for its own. */
import type { Located } from '../harness/area/area.ts';
import type { Areas } from '../harness/area/areas.ts';
import type { KubeApi } from '../harness/cluster/cluster.ts';
import type { Options } from '../harness/run/options/schema.ts';

/** Of those kinds that look, what was found. */
export async function locatedSubjects(
  areas: Areas,
  api: KubeApi,
  options: Options,
  signal: AbortSignal,
): Promise<readonly Located[]> {
  const found = await Promise.all(areas.kinds.map(async ({ locate }) => locate?.(api, options, signal)));
  return found.filter((one) => one !== undefined);
}
