/** Flows with the same destination port that are none of the judged pod's: through a Service, of the node itself, to another address. */
import type { ConntrackEntry } from '../../../harness/conntrack/conntrack-entry.ts';
import type { ConntrackFollower } from '../../../harness/conntrack/conntrack-follower.ts';
import { rowPointsAt, type Flow } from '../../../harness/conntrack/conntrack-premises.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import type { HostPortStage, Sender, StagePod } from './host-port-stage.ts';

export interface Stranger {
  readonly kind: 'service' | 'other-host' | 'other-address';
  /** For a reader: `a pod’s flow through a Service of that port`. */
  readonly what: string;
  readonly sender: Sender;
  readonly flow: Flow;
  readonly row: ConntrackEntry;
}

/** The address that every pod of the node has as its gateway, and that is an address of the node too. */
export function gatewayOf(stage: Pick<HostPortStage, 'node' | 'family'>): string {
  const cidr = stage.node.podCidrs.find((one) => one.includes(':') === (stage.family === 'ipv6'));
  const base = cidr?.split('/')[0];
  if (base === undefined) throw new Error(`node ${stage.node.name} has no ${stage.family} pod range`);
  return base.includes(':') ? `${base}1` : base.replace(/\d+$/, (last) => String(Number(last) + 1));
}

/** All on the mapped node's table, each with its row proven; `follower` follows all rows to that port. */
export async function startStrangers(
  t: SpecContext,
  stage: HostPortStage,
  follower: ConntrackFollower,
): Promise<readonly Stranger[]> {
  const { port, node, otherNode, family } = stage;
  const gateway = gatewayOf(stage);
  const [behindService, elsewhere, second, clusterIP] = await t.step('start servers of others with that port', () =>
    Promise.all([
      stage.addServer('service-pod', { node: otherNode, labels: { app: 'other' } }),
      stage.addServer('elsewhere', { node: otherNode, listens: port }),
      stage.addServer('second', { mapped: [{ hostPort: port, hostIP: gateway }] }),
      stage.addService('other', port),
    ]),
  );
  const start = async (
    kind: Stranger['kind'],
    { what, host, server, hostNetwork }: { what: string; host: string; server: StagePod; hostNetwork?: boolean },
  ): Promise<Stranger> => {
    // The ports of the host's network are shared by specs that run at the same time.
    const sourcePort = hostNetwork === true ? port + 2_000 : 12_345;
    const options = { host, sourcePort, ...(hostNetwork === undefined ? {} : { hostNetwork }) };
    const sender = await stage.startSender(`to-${kind}`, options);
    await t.evidence.require(sender.stream.answeredBy({ server: server.name }, t.wait(30_000)));
    const src = hostNetwork === true ? stage.host : sender.ip;
    const flow = { node, family, src, sport: sourcePort, dst: host, dport: port };
    const row = await t.evidence.require(rowPointsAt(t, flow, server.ip, { seenBy: follower }));
    return { kind, what, sender, flow, row };
  };
  return t.step('start flows of others to that port', () =>
    Promise.all([
      start('service', { what: 'a pod’s flow through a Service of that port', host: clusterIP, server: behindService }),
      start('other-host', {
        what: 'the node’s own flow to that port of another host',
        ...{ host: elsewhere.ip, server: elsewhere, hostNetwork: true },
      }),
      start('other-address', {
        what: 'a flow to that port of another address of the node, which another pod holds',
        ...{ host: gateway, server: second },
      }),
    ]),
  );
}
