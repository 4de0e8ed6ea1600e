/** The tcpdumps of a capture on all nodes, beside those of the captures that other specs have at the same time. */
import type { Cluster } from '../../../harness/cluster/cluster.ts';
import { capturesOnNode, runsFor, type RunningCapture } from '../evidence/capture-processes.ts';
import type { CaptureRequest, CaptureSubject, CaptureView } from '../subjects/capture-subject.ts';
import { capturesOfRun } from './captures-of-run.ts';

type Named = Pick<CaptureRequest, 'namespace' | 'name'>;

/** To be called before the object is made: what runs now is not of it, whoever made it. */
export async function countBefore(cluster: Cluster, request: Named): Promise<void> {
  await capturesOfRun(cluster).began(request, async () => new Set((await allOn(cluster)).map(({ id }) => id)));
}

/** Throws InfrastructureError where they cannot be counted. */
export async function tcpdumpsOf(
  {
    cluster,
    subject,
    signal,
  }: { readonly cluster: Cluster; readonly subject: CaptureSubject; readonly signal: AbortSignal },
  request: Named,
  view: CaptureView,
): Promise<readonly RunningCapture[]> {
  const captures = capturesOfRun(cluster);
  const all = await allOn(cluster);
  // After the processes: what one of them writes is then named by its own capture.
  for (const other of captures.others(request)) {
    const seen = await subject.view(cluster, other.namespace, other.name, signal);
    if (seen !== undefined) captures.see(other, seen);
  }
  return runsFor(all, captures.attribution(request, view));
}

async function allOn(cluster: Cluster): Promise<readonly RunningCapture[]> {
  return (await Promise.all((await cluster.nodes()).map(capturesOnNode))).flat();
}
