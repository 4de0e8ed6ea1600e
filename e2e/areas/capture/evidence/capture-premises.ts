/** What has to be seen before a capture is judged: that the noise was there, and what runs on the node. */
import type { CaptureInstance, CaptureStage } from '../stage/capture-stage.ts';
import { reached } from '../stage/capture-wait.ts';
import type { Premise, Proof } from '../../../harness/run/context.ts';

/** A busy machine starts the decoy late; it is part of every stage and will come. */
const NOISE_MS = 20_000;

export function describeInstance(instance: CaptureInstance): string {
  return `${instance.name} (${instance.uid.slice(0, 8)}, ${[...instance.ips].join(' ') || 'no address yet'}, ${instance.node.name})`;
}

/** Premise: beside the target a decoy spoke to the same sink, CoreDNS was asked, and the agent talked to the API. Without that a clean file proves nothing. */
export function noiseWasThere(stage: CaptureStage): Premise<number> {
  return {
    name: 'a decoy, DNS lookups and the agent’s API traffic ran beside the target',
    lane: 'noise',
    prove: async (signal): Promise<Proof<number>> => {
      let last = await noise(stage, signal);
      const found = await reached(
        stage.wait('the noise is there', NOISE_MS, async () => {
          last = await noise(stage, signal);
          return last.proven ? last : undefined;
        }),
      );
      return found ?? last;
    },
  };
}

async function noise(stage: CaptureStage, signal: AbortSignal): Promise<Proof<number>> {
  const { t, decoy } = stage;
  if (decoy === undefined) return { proven: false, reason: 'no decoy' };
  const heard = stage.truth.count(decoy.uid);
  const pod = { namespace: decoy.namespace, name: decoy.name };
  const log = await t.env.cluster.api.logs(pod, { tailLines: 50, signal }).catch(() => '');
  const line = log
    .split('\n')
    .filter((text) => text.includes('"type":"sent"'))
    .at(-1);
  const lookups = line === undefined ? 0 : (JSON.parse(line) as { lookups: number }).lookups;
  const answers = await stage.subject.apiAnswers(t.env.cluster, stage.node.name, signal);
  const summary = `decoy ${heard} datagrams, ${lookups} lookups, agent ${String(answers)} API answers (before: ${String(stage.apiAnswersBefore)})`;
  const agentSpoke = answers === undefined || answers !== stage.apiAnswersBefore;
  if (heard < 20 || lookups < 1 || !agentSpoke) return { proven: false, reason: summary };
  return { proven: true, value: heard, summary };
}
