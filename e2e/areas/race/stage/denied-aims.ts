/** The ways by which the isolated pod can be called from its own node, each translated otherwise there. */
import type { SpecContext } from '../../../harness/run/context.ts';
import type { DeniedAim } from '../faults/denied-syns.ts';
import { raceService, tcpPort } from './race-objects.ts';
import type { RaceStage } from './race-stage.ts';

type Made = ReturnType<typeof raceService> & {
  readonly spec: {
    readonly clusterIP?: string;
    readonly ports: readonly { readonly port: number; readonly protocol: string; readonly nodePort?: number }[];
  };
};

/** Directly; by a Service's address, which the node translates; by a port of the node, where the caller's address is another too. */
export async function deniedAims(t: SpecContext, stage: RaceStage): Promise<readonly DeniedAim[]> {
  const { client, namespace, family } = stage;
  const service = raceService(client.name, namespace, family);
  const ports = [{ name: 'tcp', protocol: 'TCP', port: tcpPort }];
  const made = (await t.env.cluster.api.apply(
    { ...service, spec: { ...(service.spec as object), type: 'NodePort', ports } },
    t.signal,
  )) as Made;
  const nodePort = made.spec.ports.find(({ port, protocol }) => port === tcpPort && protocol === 'TCP')?.nodePort;
  if (made.spec.clusterIP === undefined || nodePort === undefined)
    throw new Error(`Service ${client.name} got no address or no port of the node`);
  return [
    { path: 'pod', address: client.ip, port: tcpPort },
    { path: 'service', address: made.spec.clusterIP, port: tcpPort },
    { path: 'node-port', address: client.hostIp, port: nodePort },
  ];
}
