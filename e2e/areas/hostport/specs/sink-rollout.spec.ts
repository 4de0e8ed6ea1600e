import { rollOutSink } from '../faults/roll-out-sink.ts';
import { judgeNewFlows } from '../judge/follow-judgement.ts';
import { judgeSenders } from '../judge/rollout-judgement.ts';
import { SHARES_MAPPER } from '../stage/mapper-locks.ts';
import { openHostPortStage } from '../stage/host-port-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

const SENDERS = 100;

spec(
  {
    id: 'hostport/sink-rollout',
    title: 'A hundred senders follow their node’s sink through a rollout of its DaemonSet',
    claim:
      'When a DaemonSet on a UDP host port is rolled out, as a sink for logs or metrics is, each sender that keeps its socket MUST lose at most 1 s of its datagrams from when new flows reach the new pod.',
    tags: ['hostport', 'conntrack', 'scale', 'regression'],
    core: true,
    needs: { workers: 2, capabilities: ['mapped-rows'] },
    locks: SHARES_MAPPER,
    timeout: 180_000,
    judges: 'port-mapper',
    refs: [
      {
        title: 'kubernetes/kubernetes#66651: UDP host port, the pod is recreated, packets go nowhere',
        url: 'https://github.com/kubernetes/kubernetes/issues/66651',
      },
    ],
  },
  async (t) => {
    const stage = await openHostPortStage(t, 18_007);
    const old = await t.step('start the sink', () => rollOutSink(t, stage, 1));
    const [senders, fresh] = await t.step(`start ${SENDERS} senders`, () =>
      Promise.all([stage.startSender('senders', { flows: SENDERS, intervalMs: 50 }), stage.startFresh()]),
    );
    const all = Array.from({ length: SENDERS }, (_, flow) => flow);
    await t.evidence.require({
      name: `each of ${SENDERS} senders is answered by the sink`,
      lane: 'senders',
      prove: async () => {
        const { stream } = senders;
        const open = () => all.filter((flow) => stream.flow(flow).replies.at(-1)?.server !== old.name);
        const found = await stream.until(() => (open().length === 0 ? true : undefined), t.wait(30_000));
        if (found === undefined) return { proven: false, reason: `${open().length} are not` };
        return { proven: true, value: true, summary: 'they are' };
      },
    });
    const sequences = all.map((flow) => senders.stream.lastSequence(flow));
    const sink = await t.step('roll the sink out', () => rollOutSink(t, stage, 2, old));
    const at = { holder: sink, change: 'rolled-out' as const, after: 'the rollout' };
    const since = await judgeNewFlows(t, fresh, { ...at, servesAt: t.evidence.now() });
    await t.step('judge the senders', () => judgeSenders(t, { senders, flows: SENDERS, sink, sequences, since }));
  },
);
