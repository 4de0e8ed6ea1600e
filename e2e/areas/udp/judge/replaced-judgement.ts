/** The judgement of the server cycle: the flow of the deleted server moves on to the one that joined. */
import type { SpecContext } from '../../../harness/run/context.ts';
import type { PinnedFlow, Replacement } from '../faults/server-cycle.ts';
import type { ServiceStage } from '../stage/service-stage.ts';
import { judgeHandover } from './handover-judgement.ts';

export function judgeReplaced(
  t: SpecContext,
  stage: ServiceStage,
  pinned: PinnedFlow,
  { staleRow, sequence }: Replacement,
  options: { readonly eventsMayBeLost?: boolean } = {},
): Promise<void> {
  const { flow, client, follower, server1, server2 } = pinned;
  return judgeHandover(t, {
    flow,
    stream: client.stream,
    follower,
    staleRow,
    from: { name: server1.name, ip: stage.ip(server1) },
    to: { name: server2.name, ip: stage.ip(server2) },
    sequence,
    after: `${server1.name} was deleted`,
    ...options,
  });
}
