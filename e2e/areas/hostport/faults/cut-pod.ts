/** Takes a pod's network away while its program lives on, so that it can tell nobody that it ends. */
import type { SpecContext } from '../../../harness/run/context.ts';
import type { HostPortStage, StagePod } from '../stage/host-port-stage.ts';

/** Its link goes down on the node. Nothing has to be put back: the link goes with the pod. */
export async function cutPod(t: SpecContext, stage: HostPortStage, pod: StagePod): Promise<void> {
  const { node, family } = stage;
  const flag = family === 'ipv6' ? '-6' : '-4';
  const route = await node.run(['ip', flag, '-o', 'route', 'get', pod.ip], { signal: t.signal });
  const [, link] = / dev (\S+)/.exec(route) ?? [];
  if (link === undefined) t.inconclusive(`no link of ${node.name} leads to ${pod.name}: ${route.trim()}`);
  // eslint-disable-next-line no-restricted-syntax -- the link is the pod's, and goes with it
  await node.run(['ip', 'link', 'set', link, 'down'], { signal: t.signal });
  t.evidence.record({ kind: 'fault', lane: pod.name, summary: `${link}, the link of ${pod.name}, is down` });
}
