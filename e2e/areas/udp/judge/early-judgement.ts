/** The judgement of a client that was there before its Service. */
import type { SpecContext } from '../../../harness/run/context.ts';
import { destinationOf } from '../faults/server-cycle.ts';
import type { EarlyClient } from '../faults/early-client.ts';
import type { ServiceStage } from '../stage/service-stage.ts';
import { judgeHandover, type Handover } from './handover-judgement.ts';

/** Judges that the client reaches the server, now that it is an endpoint. */
export async function judgeEarly(
  t: SpecContext,
  stage: ServiceStage,
  early: EarlyClient,
  change: Pick<Handover, 'sequence' | 'after' | 'backend'>,
): Promise<void> {
  const { client, server } = early;
  await t.evidence.require(stage.endpointsAre([server]));
  await judgeHandover(t, {
    ...early,
    ...change,
    stream: client.stream,
    changedAt: t.evidence.now(),
    // Without an endpoint fresh flows were refused already: that they leave the address proves no rule for the server.
    mustReach: true,
    staleRow: early.row,
    from: early.untranslated,
    to: destinationOf(stage, server),
  });
}
