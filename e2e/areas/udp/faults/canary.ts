/**
 * A Service beside the judged one whose server is replaced on demand, so that a row of its client has to go: whoever is to believe
 * that the proxy left other rows alone has to see first that it cleans up at all.
 */
import { followConntrack } from '../../../harness/conntrack/conntrack-follower.ts';
import { raiseUdpTimeouts } from '../../../harness/conntrack/conntrack-timeouts.ts';
import type { Premise, SpecContext } from '../../../harness/run/context.ts';
import { cleanUpRan } from '../evidence/clean-up-ran.ts';
import { rowPointsAt } from '../../../harness/conntrack/conntrack-premises.ts';
import { openStage, SERVICE_PORT, type ServiceStage } from '../stage/service-stage.ts';
import { flowOf } from './server-cycle.ts';

export interface Canary {
  /**
   * Proves that two clean-ups ran, or ends the spec as inconclusive. The second row is made after the first one went: one pass
   * deletes in any order, so the first alone does not say that its pass is over.
   */
  requireCleanUps(): Promise<void>;
  /** The same for a spec that has more to judge first: the reason why nothing is proven, undefined when it is. */
  missedCleanUp(): Promise<string | undefined>;
}

/** On the node of the stage's client, in a namespace of its own. Start it before the change. */
export function startCanary(t: SpecContext, { family }: Pick<ServiceStage, 'family'>): Promise<Canary> {
  return t.step('start a canary: another Service, whose row has to go', async () => {
    const stage = await openStage(t, {}, { family, suffix: 'canary' });
    const node = stage.clientNode;
    const follower = await followConntrack(t, node, { protocol: 'udp', dst: stage.clusterIP, dport: SERVICE_PORT });
    const [first, second, client] = await Promise.all([
      stage.addServer('canary-1'),
      stage.addServer('canary-2', { member: false }),
      stage.startClient('canary-client'),
      raiseUdpTimeouts(t, node),
    ]);
    const flow = flowOf(stage, client, node);
    let [current, next] = [first, second];
    const premise = async (): Promise<Premise<true>> => {
      const row = await t.evidence.require(rowPointsAt(t, flow, stage.ip(current), { seenBy: follower }));
      const [leaves, joins] = [current, next];
      const change = () => Promise.all([stage.admit(joins), stage.admit(leaves, false)]);
      const found = cleanUpRan(t, { name: `${client.name} to ${current.name}`, follower, row, change });
      [current, next] = [next, current];
      return found;
    };
    const twice = async (each: (one: Premise<true>) => Promise<string | undefined>): Promise<string | undefined> =>
      t.step(
        'the canary’s rows go, one after the other',
        async () => (await each(await premise())) ?? each(await premise()),
      );
    return {
      async requireCleanUps() {
        await twice(async (one) => {
          await t.evidence.require(one);
          return undefined;
        });
      },
      missedCleanUp: () =>
        twice(async (one) => {
          const proof = await one.prove(t.signal);
          return proof.proven ? undefined : `${one.name}: ${proof.reason}`;
        }),
    };
  });
}
