/** Datagrams that arrived in a pod and found its socket full: its program got no processor. No proxy is to blame for those. */
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';
import type { SpecContext } from '../../../harness/run/context.ts';

/** How many the kernel dropped so in the running pods of a namespace, since they were started. */
export async function unreadDatagrams(t: SpecContext, namespace: string): Promise<number> {
  const { api } = t.env.cluster;
  const pods = await api.list<KubernetesObject>('v1', 'Pod', { namespace });
  const counts = pods.map(async ({ metadata }) => {
    const argv = ['cat', '/proc/net/snmp', '/proc/net/snmp6'];
    // A pod that is going cannot be asked any more.
    const answer = await api
      .exec({ namespace, name: metadata.name }, argv, { signal: t.signal, timeoutMs: 10_000 })
      .catch(() => undefined);
    return receiveBufferErrors(answer?.stdout ?? '');
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

/** `RcvbufErrors` of UDP over both families, from the text of /proc/net/snmp (a line of names, one of values) and snmp6. */
export function receiveBufferErrors(text: string): number {
  const [names = [], values = []] = [...text.matchAll(/^Udp: (.*)$/gm)].map(([, line = '']) =>
    line.trim().split(/\s+/),
  );
  const four = Number(values[names.indexOf('RcvbufErrors')] ?? 0);
  const six = Number(/^Udp6RcvbufErrors\s+(\d+)/m.exec(text)?.[1] ?? 0);
  return four + six;
}
