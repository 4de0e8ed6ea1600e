/** A TCP server that sends out-of-window segments into its own connections (kubernetes/kubernetes#74839). */
import type { SpecContext } from '../../../harness/run/context.ts';
import type { ServiceStage } from '../stage/service-stage.ts';
import type { StagePod } from '../stage/stage-options.ts';

/** Starts it as a member of the Service. Needs the right to open raw sockets, which a pod has by NET_RAW. */
export async function startInjector(stage: ServiceStage, name: string): Promise<StagePod> {
  const pod = await stage.startPod({
    name,
    node: stage.serverNode,
    command: ['python3', '/app/udp-invalid-injector/inject.py', '80', name],
    member: true,
    capabilities: ['NET_RAW'],
  });
  await stage.printed(pod, 'serving');
  return pod;
}

/** How many segments the injector says that it has sent. */
export async function injectedSegments(t: SpecContext, pod: StagePod): Promise<number> {
  const log = await t.env.cluster.api.logs(pod.ref, { signal: t.signal });
  return log.split('\n').filter((line) => line.includes('"type":"injected"')).length;
}

/** The node's count of packets that conntrack called INVALID, and whether it takes out-of-window segments for valid. */
export async function invalidCount(
  t: SpecContext,
  stage: ServiceStage,
): Promise<{ readonly invalid: number; readonly liberal: boolean }> {
  const node = stage.serverNode;
  const stats = await node.run(['conntrack', '-S'], { signal: t.signal });
  const invalid = [...stats.matchAll(/\binvalid=(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
  const liberal = await node.run(['sysctl', '-n', 'net.netfilter.nf_conntrack_tcp_be_liberal'], { signal: t.signal });
  return { invalid, liberal: liberal.trim() !== '0' };
}
