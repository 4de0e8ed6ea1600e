import { openEarly } from '../faults/early-client.ts';
import { judgeEarly } from '../judge/early-judgement.ts';
import { unreadyUnserved } from '../judge/judgements.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { openStage } from '../stage/service-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'udp/unready-endpoint-becomes-ready',
    title: 'A client reaches an endpoint that was unready at first',
    claim:
      'When an endpoint that existed unready becomes ready, the service proxy MUST delete rows that keep clients away from it; it MUST NOT have done so only when the unready endpoint appeared.',
    tags: ['udp', 'conntrack'],
    needs: { workers: 2, capabilities: ['conntrack-rows', 'external-ip'] },
    locks: SHARES_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'kubernetes/kubernetes#105657: unready endpoint triggers an early clean-up, then a blackhole',
        url: 'https://github.com/kubernetes/kubernetes/issues/105657',
      },
      {
        title: 'kubernetes/kubernetes#106163: the fix and its test',
        url: 'https://github.com/kubernetes/kubernetes/pull/106163',
      },
    ],
  },
  async (t) => {
    const stage = await openStage(t);
    const early = await openEarly(t, stage, { unready: true });
    const { stream } = early.client;
    await t.evidence.require(stage.endpointsAre([]));
    await stream.settle(50, t.wait(15_000));
    const premature = stream.flow().replies.length;
    t.judge(unreadyUnserved, {
      outcome: premature === 0 ? 'no-reply' : 'answered',
      facts: { frontend: 'external-ip' },
      subject: `udp ${early.address} from client`,
      expected: 'no reply while the only endpoint is unready',
      observed: `${premature} replies`,
    });
    const sequence = stream.lastSequence();
    await t.step('the server becomes ready', () => stage.setReady(early.server, true));
    await judgeEarly(t, stage, early, { sequence, backend: 'became-ready', after: 'the endpoint became ready' });
  },
);
