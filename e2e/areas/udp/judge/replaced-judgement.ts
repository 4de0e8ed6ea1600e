/** The judgement of the server cycle: the flow of the deleted server moves on to the one that joined. */
import type { SpecContext } from '../../../harness/run/context.ts';
import { destinationOf, type PinnedFlow, type Replacement } from '../faults/server-cycle.ts';
import type { ServiceStage } from '../stage/service-stage.ts';
import type { Backend } from './judgements.ts';
import { judgeHandover } from './handover-judgement.ts';

export function judgeReplaced(
  t: SpecContext,
  stage: ServiceStage,
  pinned: PinnedFlow,
  replacement: Replacement,
  options: {
    readonly eventsMayBeLost?: boolean;
    /** What became of server 1, when it was not deleted. */
    readonly backend?: Backend;
    readonly after?: string;
  } = {},
): Promise<void> {
  const { flow, client, follower, server1, server2 } = pinned;
  return judgeHandover(t, {
    flow,
    stream: client.stream,
    follower,
    ...replacement,
    from: destinationOf(stage, server1),
    to: destinationOf(stage, server2),
    backend: 'deleted',
    after: `${server1.name} was deleted`,
    ...options,
  });
}
