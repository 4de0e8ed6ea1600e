/** The node whose port is mapped goes down as in a power cut and comes back: its table is empty, and its pods are set up anew. */
import type { SpecContext } from '../../../harness/run/context.ts';
import type { DatagramStream } from '../../../harness/datagrams/datagram-stream.ts';
import { firstFreshAnswer } from '../evidence/fresh-answers.ts';
import type { HostPortStage, StagePod } from '../stage/host-port-stage.ts';

const BACK_MS = 120_000;

/** Proven by new flows that reach the holder again; returns when the first of those was sent, on the run's clock. */
export async function restartMappedNode(
  t: SpecContext,
  stage: HostPortStage,
  { holder, fresh }: { readonly holder: StagePod; readonly fresh: DatagramStream },
): Promise<number> {
  const { node } = stage;
  if (t.env.cluster.restartNode === undefined) return t.skip('nodes of this cluster cannot be restarted');
  await t.env.cluster.restartNode(node, t.signal);
  const downUntil = t.evidence.now();
  t.evidence.record({ kind: 'fault', lane: node.name, summary: `${node.name} restarted` });
  return t.evidence.require({
    name: `new flows reach ${holder.name} after its node came back`,
    lane: node.name,
    prove: async () => {
      const answer = await firstFreshAnswer(fresh, holder.name, { timeoutMs: t.wait(BACK_MS), sentAfter: downUntil });
      if (answer === undefined) return { proven: false, reason: `none did within ${t.wait(BACK_MS)} ms` };
      const summary = `one did ${Math.round(answer.sentAt - downUntil)} ms after the restart`;
      return { proven: true, value: answer.sentAt, summary };
    },
  });
}
