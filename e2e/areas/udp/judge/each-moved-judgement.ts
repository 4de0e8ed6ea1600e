/** The judgement of several servers that left at once: the flow of each moves on. */
import type { SpecContext } from '../../../harness/run/context.ts';
import { destinationOf } from '../faults/server-cycle.ts';
import type { ServedFlows } from '../faults/served-flows.ts';
import type { ServiceStage } from '../stage/service-stage.ts';
import type { StagePod } from '../stage/stage-options.ts';
import { judgeHandover } from './handover-judgement.ts';

/** Judges the flow of each server that went: its row goes, and `to` answers it. */
export async function judgeEachMoved(
  t: SpecContext,
  stage: ServiceStage,
  served: ServedFlows,
  change: {
    readonly to: StagePod;
    readonly sequence: number;
    readonly changedAt: number;
    /** `two servers left`; which one the flow was at is added. */
    readonly after: string;
  },
): Promise<void> {
  const { client, follower, fresh } = served;
  for (const { server, index, flow, staleRow } of served.flows)
    await judgeHandover(t, {
      flow,
      flowIndex: index,
      stream: client.stream,
      follower,
      fresh,
      staleRow,
      from: destinationOf(stage, server),
      to: destinationOf(stage, change.to),
      sequence: change.sequence,
      changedAt: change.changedAt,
      backend: 'left',
      after: `${change.after}, ${server.name} among them`,
    });
}
