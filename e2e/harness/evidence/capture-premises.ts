/** What has to be seen before a capture is judged: that the noise was there, and what runs on the node. */
import type { ClusterNode } from '../cluster/cluster.ts';
import type { CaptureInstance, CaptureStage } from '../fault/capture-stage.ts';
import type { Premise, Proof } from '../run/context.ts';

export function describeInstance(instance: CaptureInstance): string {
  return `${instance.name} (${instance.uid.slice(0, 8)}, ${[...instance.ips].join(' ') || 'no address yet'}, ${instance.node.name})`;
}

/** Premise: beside the target a decoy spoke to the same sink, CoreDNS was asked, and the agent talked to the API. Without that a clean file proves nothing. */
export function noiseWasThere(stage: CaptureStage): Premise<number> {
  return {
    name: 'a decoy, DNS lookups and the agent’s API traffic ran beside the target',
    lane: 'noise',
    prove: async (signal): Promise<Proof<number>> => {
      const { t, decoy } = stage;
      if (decoy === undefined) return { proven: false, reason: 'no decoy' };
      const heard = stage.truth.count(decoy.uid);
      const log = await t.env.cluster.api.logs(
        { namespace: decoy.namespace, name: decoy.name },
        { tailLines: 50, signal },
      );
      const last = log
        .split('\n')
        .filter((line) => line.includes('"type":"sent"'))
        .at(-1);
      const lookups = last === undefined ? 0 : (JSON.parse(last) as { lookups: number }).lookups;
      const answers = await stage.subject.apiAnswers(t.env.cluster, stage.node.name, signal);
      const summary = `decoy ${heard} datagrams, ${lookups} lookups, agent ${String(answers)} API answers (before: ${String(stage.apiAnswersBefore)})`;
      const agentSpoke = answers === undefined || answers !== stage.apiAnswersBefore;
      if (heard < 20 || lookups < 1 || !agentSpoke) return { proven: false, reason: summary };
      return { proven: true, value: heard, summary };
    },
  };
}

/** Running tcpdumps of a node by the file they write, whichever container they are in. */
export async function capturesOnNode(
  node: ClusterNode,
): Promise<readonly { readonly pid: number; readonly file: string }[]> {
  const { stdout } = await node.exec(['pgrep', '-a', '-x', 'tcpdump']);
  return stdout.split('\n').flatMap((line) => {
    const [, pid = '', file = ''] = /^(\d+) .* -w (\S+)/.exec(line) ?? [];
    return pid === '' ? [] : [{ pid: Number(pid), file }];
  });
}
