/** The host end of a pod's veth pair, and its name given to another pod: pod networks that name it after the pod do so by themselves. */
import type { CaptureInstance, CaptureStage } from '../stage/capture-stage.ts';

/** Name of the host end of a running pod's link, by the node's route to it. */
export async function hostInterface(stage: CaptureStage, instance: CaptureInstance): Promise<string> {
  const address = [...instance.ips].find((ip) => !ip.startsWith('fe80')) ?? '';
  const route = await instance.node.run(['ip', '-o', 'route', 'get', address], { signal: stage.t.signal });
  const name = / dev (\S+)/.exec(route)?.[1];
  if (name === undefined) return stage.t.inconclusive(`no route to ${address} on ${instance.node.name}: ${route}`);
  return name;
}

/** Gives `heir` the interface name of a pod that is gone. Proven by the node's route to the heir. */
export async function takeInterfaceName(stage: CaptureStage, name: string, heir: CaptureInstance): Promise<void> {
  const own = await hostInterface(stage, heir);
  // The former pod's link goes a moment after its object.
  const script = `for i in $(seq 100); do [ -e /sys/class/net/${name} ] || break; sleep 0.1; done; ip link set dev ${own} name ${name}`;
  // eslint-disable-next-line no-restricted-syntax -- the link goes with its pod
  await heir.node.run(['sh', '-c', script], { signal: stage.t.signal });
  await stage.t.evidence.require({
    name: `another pod has the interface ${name}`,
    lane: heir.name,
    prove: async () => {
      const now = await hostInterface(stage, heir);
      const summary = `${own} of ${heir.name} (${heir.uid}) is ${now} now`;
      return now === name ? { proven: true, value: now, summary } : { proven: false, reason: summary };
    },
  });
}
