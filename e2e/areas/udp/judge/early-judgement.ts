/** The judgement of a client that was there before its Service. */
import type { SpecContext } from '../../../harness/run/context.ts';
import type { EarlyClient } from '../faults/early-client.ts';
import type { ServiceStage } from '../stage/service-stage.ts';
import { judgeHandover } from './handover-judgement.ts';

/** Judges that the client reaches the server, now that it is an endpoint. */
export async function judgeEarly(
  t: SpecContext,
  stage: ServiceStage,
  early: EarlyClient,
  change: { readonly sequence: number; readonly after: string },
): Promise<void> {
  const { client, server, address } = early;
  await t.evidence.require(stage.endpointsAre([server]));
  await judgeHandover(t, {
    ...early,
    ...change,
    stream: client.stream,
    staleRow: early.row,
    from: { name: 'the address itself', ip: address },
    to: { name: server.name, ip: stage.ip(server) },
  });
}
