/** A server cycle that asks for no rows: for proxies that keep their flows in BPF maps or in a process of their own. */
import type { Reach } from '../evidence/reach.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { raiseUdpTimeouts } from '../../../harness/conntrack/conntrack-timeouts.ts';
import { startFreshFlows } from '../stage/fresh-client.ts';
import { destinationOf } from './server-cycle.ts';
import { openStage } from '../stage/service-stage.ts';
import type { ClientOptions } from '../stage/stage-options.ts';

/** Server 1 answers, server 2 joins, server 1 is deleted at once. Returns what tells whether server 2 answers. */
export async function cycleUnderDatagrams(t: SpecContext, options: ClientOptions = {}): Promise<Reach> {
  const stage = await openStage(t);
  const [server1, server2, client] = await t.step('start both servers and the client', () =>
    Promise.all([
      stage.addServer('server-1'),
      stage.addServer('server-2', { member: false }),
      stage.startClient('client', options),
      raiseUdpTimeouts(t, stage.clientNode),
    ]),
  );
  const { stream } = client;
  await t.evidence.require(stream.answeredBy({ server: server1.name }, t.wait(30_000)));
  const fresh = await t.step('start flows that begin anew', () => startFreshFlows(t, stage, client));
  await t.evidence.require(fresh.reach(destinationOf(stage, server1)));
  await t.step('server 2 joins', () => stage.admit(server2));
  await t.evidence.require(stage.endpointsAre([server1, server2]));
  const sequence = stream.lastSequence();
  await t.step('delete server 1 with grace 0', () => stage.deletePod(server1));
  await t.evidence.require(stage.endpointsAre([server2]));
  return {
    node: client.node,
    stream,
    fresh,
    changedAt: t.evidence.now(),
    frontend: client.frontend,
    subject: `udp ${client.host} from ${client.name}`,
    from: destinationOf(stage, server1),
    to: destinationOf(stage, server2),
    sequence,
    after: `${server1.name} was deleted`,
  };
}
