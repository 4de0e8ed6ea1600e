/**
 * The private path: every client in the network namespace of a pod of its own, towards the API server by the Service's address.
 * The path is the cluster's, nothing of it is emulated; the fault is the node's own idle timeout for connections, made short.
 */
import { join } from 'node:path';
import type { Cluster, ClusterNode } from '../../../harness/cluster/cluster.ts';
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';
import { InfrastructureError } from '../../../harness/run/verdict-errors.ts';
import { startCapture, type SideCapture } from './idle-load-balancer-capture.ts';
import { netnsPrefix, runTool, type Ground } from './idle-load-balancer-netns.ts';
import type { Addresses } from './idle-load-balancer-topology.ts';
import type { Bed } from './idle-load-balancer.ts';
import type { FaultProfile } from '../profiles/profile.ts';

export interface PrivatePathOptions extends Ground {
  readonly cluster: Cluster;
  readonly slug: string;
  readonly profile: FaultProfile;
  readonly clients: readonly string[];
  readonly idleSeconds: number;
  readonly image: string;
  /** Captures go here. */
  readonly folder: string;
}

interface Pod extends KubernetesObject {
  readonly status?: { readonly podIPs?: readonly { readonly ip: string }[] };
}

const idleTimeout = 'net.netfilter.nf_conntrack_tcp_timeout_established';

/** Opens pods, captures and, for the idle fault, the node's timeout. Throws InfrastructureError. */
export async function openPrivatePath(options: PrivatePathOptions): Promise<Bed> {
  const { cluster, profile, clients, undo, idleSeconds, signal } = options;
  const workers = await cluster.workers();
  // The control stands on another node, which keeps its timeout.
  const node = profile.trigger === 'idle' ? workers[0] : workers.at(-1);
  if (node === undefined) throw new InfrastructureError(`cluster ${cluster.name} has no worker node for pods`);
  const service = await cluster.api.get<KubernetesObject & { readonly spec: { readonly clusterIP: string } }>(
    'v1',
    'Service',
    'kubernetes',
    'default',
    signal,
  );
  if (service === undefined) throw new InfrastructureError('Service default/kubernetes: expected one, found none');
  if (profile.trigger === 'idle')
    undo(`${idleTimeout} of ${node.name}`, await cluster.setSysctl(node, idleTimeout, String(idleSeconds)));
  const pods = await openPods(options, node);
  const nodeNetns = `${netnsPrefix}${options.slug}-node`;
  await nameNetns(options, nodeNetns, `/proc/${await hostPid(node)}/ns/net`);
  const capture = (netns: string, side: 'client' | 'server', file: string): Promise<SideCapture> =>
    startCapture(options, { netns, device: 'eth0', side, path: join(options.folder, file), filter: 'tcp port 6443' });
  const captures = await Promise.all([
    capture(nodeNetns, 'server', `${profile.name}-server.pcap`),
    ...pods.map(({ netns }, index) =>
      startCapture(options, {
        netns,
        device: 'eth0',
        side: 'client',
        path: join(options.folder, `${profile.name}-client-${index}.pcap`),
      }),
    ),
  ]);
  const address: Addresses = { ipv4: service.spec.clusterIP, ipv6: service.spec.clusterIP };
  const lane = { profile, netns: nodeNetns, target: address, server: address, captures };
  const noCommand = (): Promise<never> => Promise.reject(new Error(`${profile.name} happens by itself`));
  return {
    lanes: [lane],
    lane: () => lane,
    client: (name) => {
      const pod = pods[clients.indexOf(name)];
      if (pod === undefined) throw new Error(`no pod for client ${name}`);
      return pod;
    },
    fire: noCommand,
    lift: noCommand,
    counters: noCommand,
    finish: async () => {
      await Promise.all(captures.map((one) => one.stop()));
    },
  };
}

async function openPods(
  options: PrivatePathOptions,
  node: ClusterNode,
): Promise<readonly { readonly netns: string; readonly addresses: Addresses }[]> {
  const { cluster, slug, clients, image, undo, signal } = options;
  const namespace = await cluster.createNamespace(`${slug}-pods`, { signal });
  undo(`namespace ${namespace.name}`, () => namespace.remove(AbortSignal.timeout(60_000)));
  const metadata = (index: number) => ({ name: `client-${index}`, namespace: namespace.name });
  const spec = {
    nodeName: node.name,
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 0,
    containers: [{ name: 'network', image, imagePullPolicy: 'IfNotPresent', command: ['sleep', 'infinity'] }],
  };
  await Promise.all(
    clients.map((_, index) =>
      cluster.api.apply({ apiVersion: 'v1', kind: 'Pod', metadata: metadata(index), spec }, signal),
    ),
  );
  const addresses = await cluster.api.waitFor<Pod, readonly string[]>(
    { apiVersion: 'v1', kind: 'Pod', namespace: namespace.name },
    (found) => {
      const ips = clients.map((_, index) => {
        const pod = found.find(({ metadata: { name } }) => name === metadata(index).name);
        return pod?.status?.podIPs?.[0]?.ip;
      });
      return ips.every((ip) => ip !== undefined) ? ips : undefined;
    },
    { what: `${clients.length} pods of ${namespace.name} have addresses`, timeoutMs: 120_000, signal },
  );
  const names = await netnsByAddress(node);
  const root = `/proc/${await hostPid(node)}/root/run/netns`;
  return Promise.all(
    addresses.map(async (ip, index) => {
      const inNode = names.get(ip);
      if (inNode === undefined)
        throw new InfrastructureError(`pod ${ip} on ${node.name}: expected a named network namespace, found none`);
      const netns = `${netnsPrefix}${slug}-p${index}`;
      await nameNetns(options, netns, `${root}/${inNode}`);
      return { netns, addresses: { ipv4: ip, ipv6: ip } };
    }),
  );
}

/** Names of pods' namespaces on a node, by their address. */
async function netnsByAddress(node: ClusterNode): Promise<ReadonlyMap<string, string>> {
  const script =
    'for name in $(ls /run/netns); do for ip in $(ip -n "$name" -o addr show dev eth0 scope global 2>/dev/null | awk \'{print $4}\'); do echo "${ip%/*} $name"; done; done';
  const lines = (await node.run(['sh', '-c', script])).split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => [line.split(' ')[0] ?? '', line.split(' ')[1] ?? '']));
}

/** The node container's first process, as this machine counts. */
async function hostPid(node: ClusterNode): Promise<string> {
  return (await runTool(['docker', 'inspect', node.name, '--format', '{{.State.Pid}}'])).trim();
}

/** Gives a namespace that exists a name on this machine, so that programs can be run in it. Taking the name back leaves it alone. */
async function nameNetns({ undo, journal, signal }: Ground, name: string, path: string): Promise<void> {
  const change = journal.record({ kind: 'netns', name });
  undo(`name ${name}`, async () => {
    await runTool(['ip', 'netns', 'delete', name]).catch(() => undefined);
    change.undone();
  });
  const script = 'mkdir -p /run/netns && touch "/run/netns/$1" && mount --bind "$2" "/run/netns/$1"';
  await runTool(['sh', '-c', script, 'sh', name, path], { signal });
}
