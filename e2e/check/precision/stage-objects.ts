/** The objects that made rows are stale or legal by: Services of every frontend, slices by hand, and a pod of somebody else. */
import type { ClusterNode, KubeApi } from '../../harness/cluster/cluster.ts';
import type { KubernetesObject } from '../../harness/cluster/kubernetes-object.ts';
import { type Both, EMPTY_NODE_PORT, NODE_PORT, type Stage } from './made-rows.ts';

/** A row with it is not made. */
export const NOT_HERE = '::';
const namespace = 'shop';
const external = '192.0.2.80';
const balancer = '192.0.2.81';

interface ServiceObject extends KubernetesObject {
  readonly spec: { readonly clusterIPs: readonly string[] };
}
interface PodObject extends KubernetesObject {
  readonly status?: { readonly phase?: string; readonly podIPs?: readonly { readonly ip: string }[] };
}

/** A cluster of both families is asked for more; of IPv4 alone the stage has NOT_HERE in place of each IPv6 address. */
export async function makeStage(api: KubeApi, node: ClusterNode, image: string, signal: AbortSignal): Promise<Stage> {
  const hasV6 = node.addresses.ipv6 !== undefined;
  const inRange = (host: number): Both => ({
    v4: `${rangeOf(node, '.').split('.').slice(0, 3).join('.')}.${host}`,
    v6: hasV6 ? `${rangeOf(node, ':').split('/')[0] ?? ''}${host.toString(16)}` : NOT_HERE,
  });
  const [ready, unready, serving, gone, client] = [
    inRange(201),
    inRange(202).v4,
    inRange(203).v4,
    inRange(99),
    inRange(9),
  ];
  await api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, signal);
  const port = (name: string, protocol: string, number: number, nodePort?: number): object => ({
    ...{ name, protocol, port: number },
    ...(nodePort === undefined ? {} : { nodePort }),
  });
  const dns = await api.apply<ServiceObject>(
    service('dns', {
      ...{ type: 'LoadBalancer', ipFamilyPolicy: 'PreferDualStack', externalIPs: [external] },
      ports: [port('u', 'UDP', 53, NODE_PORT), port('t', 'TCP', 80)],
    }) as unknown as ServiceObject,
    signal,
  );
  await api.patch(
    { apiVersion: 'v1', kind: 'Service', namespace, name: 'dns', subresource: 'status' },
    { status: { loadBalancer: { ingress: [{ ip: balancer }] } } },
    signal,
  );
  const empty = await api.apply<ServiceObject>(
    service('empty', { type: 'NodePort', ports: [port('u', 'UDP', 53, EMPTY_NODE_PORT)] }) as unknown as ServiceObject,
    signal,
  );
  const ends = (address: string, isReady: boolean, isServing: boolean, terminating: boolean): object => ({
    addresses: [address],
    conditions: { ready: isReady, serving: isServing, terminating },
  });
  await api.apply(
    slice('dns-4', 'IPv4', [
      ends(ready.v4, true, true, false),
      ends(unready, false, false, false),
      ends(serving, false, true, true),
    ]),
    signal,
  );
  if (node.addresses.ipv6 !== undefined)
    await api.apply(slice('dns-6', 'IPv6', [ends(ready.v6, true, true, false)]), signal);
  const stranger = await strangerPod(api, node.name, image, signal);
  return {
    ...{
      node: {
        v4: node.addresses.ipv4 ?? missing(`${node.name} has no IPv4 address`),
        v6: node.addresses.ipv6 ?? NOT_HERE,
      },
      ready,
      unready,
      serving,
      gone,
      client,
      stranger,
    },
    ...{
      service: bothOf(dns.spec.clusterIPs),
      empty: empty.spec.clusterIPs[0] ?? missing('Service empty has no address'),
    },
    ...{ external, balancer },
  };
}

async function strangerPod(api: KubeApi, node: string, image: string, signal: AbortSignal): Promise<Both> {
  const container = {
    ...{ name: 'c', image, imagePullPolicy: 'IfNotPresent', command: ['sleep', '1800'] },
    ports: [{ containerPort: 5140, hostPort: 514, protocol: 'UDP' }],
  };
  await api.waitFor({ apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: 'default' }, ([account]) => account, {
    what: `namespace ${namespace} has its account`,
    timeoutMs: 60_000,
    signal,
  });
  await api.apply(
    {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'syslog', namespace } },
      spec: { nodeName: node, terminationGracePeriodSeconds: 0, containers: [container] },
    } as KubernetesObject,
    signal,
  );
  const addresses = await api.waitFor<PodObject, readonly string[]>(
    { apiVersion: 'v1', kind: 'Pod', namespace, name: 'syslog' },
    ([pod]) => (pod?.status?.phase === 'Running' ? pod.status.podIPs?.map(({ ip }) => ip) : undefined),
    { what: 'the pod with a host port runs', timeoutMs: 90_000, signal },
  );
  return bothOf(addresses);
}

function service(name: string, spec: object): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec } as KubernetesObject;
}

function slice(name: string, addressType: string, endpoints: readonly object[]): KubernetesObject {
  const labels = { 'kubernetes.io/service-name': 'dns' };
  const ports = [
    { name: 'u', protocol: 'UDP', port: 8080 },
    { name: 't', protocol: 'TCP', port: 8080 },
  ];
  const metadata = { name, namespace, labels };
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata,
    addressType,
    ports,
    endpoints,
  } as KubernetesObject;
}

function bothOf(addresses: readonly string[]): Both {
  const v4 = addresses.find((one) => one.includes('.')) ?? missing(`no IPv4 address in ${addresses.join(', ')}`);
  return { v4, v6: addresses.find((one) => one.includes(':')) ?? NOT_HERE };
}

function rangeOf(node: ClusterNode, sign: '.' | ':'): string {
  return node.podCidrs.find((range) => range.includes(sign)) ?? missing(`${node.name} has no pod range with ${sign}`);
}

function missing(what: string): never {
  throw new Error(
    `${what}: the proof needs a cluster with IPv4, better of both families (npm run cluster -- up -i dual)`,
  );
}
