/** Premises about a Service's EndpointSlices: what the proxy has been told. */
import type { IpFamily } from '../../../harness/cluster/cluster.ts';
import type { EndpointSliceObject } from '../stage/service-objects.ts';
import type { Premise, SpecContext } from '../../../harness/run/context.ts';

const ENDPOINT_MS = 30_000;

export interface ServiceKey {
  readonly namespace: string;
  readonly service: string;
  readonly family: IpFamily;
}

/** Premise: exactly these are ready; waits for it. */
export function endpointsAre(
  t: SpecContext,
  key: ServiceKey,
  pods: readonly { readonly name: string; readonly ip: string }[],
): Premise<readonly string[]> {
  const wanted = pods.map(({ ip }) => ip).sort();
  const what = `EndpointSlices of ${key.service} list ${pods.map(({ name }) => name).join(', ') || 'no endpoint'}`;
  return {
    name: what,
    lane: 'endpoints',
    prove: async (signal) => {
      const addresses = await waitForSlices(t, key, what, signal, (slices) => {
        const ready = readyAddresses(slices, key.family);
        return ready.join() === wanted.join() ? ready : undefined;
      });
      return { proven: true, value: addresses, summary: `ready endpoints: ${addresses.join(', ') || 'none'}` };
    },
  };
}

/** Premise: that endpoint is terminating and serving as told. */
export function endpointTerminates(
  t: SpecContext,
  key: ServiceKey,
  pod: { readonly name: string; readonly ip: string },
  serving: boolean,
): Premise<true> {
  const what = `${pod.name} is terminating and ${serving ? 'still serving' : 'no longer serving'}`;
  return {
    name: what,
    lane: 'endpoints',
    prove: async (signal) => {
      await waitForSlices(t, key, what, signal, (slices) => {
        const endpoints = slices.flatMap((slice) => slice.endpoints ?? []);
        const mine = endpoints.find(({ addresses }) => addresses.includes(pod.ip))?.conditions;
        return mine?.terminating === true && mine.serving === serving ? true : undefined;
      });
      return { proven: true, value: true, summary: what };
    },
  };
}

/** Premise: the slices name this port for the endpoints. */
export function endpointPortIs(t: SpecContext, key: ServiceKey, port: number): Premise<number> {
  const what = `EndpointSlices of ${key.service} name port ${port}`;
  return {
    name: what,
    lane: 'endpoints',
    prove: async (signal) => {
      await waitForSlices(t, key, what, signal, (slices) =>
        slices.some((slice) => slice.ports?.some((candidate) => candidate.port === port)) ? true : undefined,
      );
      return { proven: true, value: port, summary: what };
    },
  };
}

export function readyAddresses(slices: readonly EndpointSliceObject[], family: IpFamily): readonly string[] {
  const type = family === 'ipv4' ? 'IPv4' : 'IPv6';
  const endpoints = slices.filter((slice) => slice.addressType === type).flatMap((slice) => slice.endpoints ?? []);
  return endpoints
    .filter(({ conditions }) => conditions?.ready !== false && conditions?.terminating !== true)
    .flatMap(({ addresses }) => addresses)
    .sort();
}

function waitForSlices<R>(
  t: SpecContext,
  key: ServiceKey,
  what: string,
  signal: AbortSignal,
  look: (slices: readonly EndpointSliceObject[]) => R | undefined,
): Promise<R> {
  return t.env.cluster.api.waitFor<EndpointSliceObject, R>(
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      namespace: key.namespace,
      labelSelector: `kubernetes.io/service-name=${key.service}`,
    },
    look,
    { timeoutMs: t.wait(ENDPOINT_MS), signal, what },
  );
}
