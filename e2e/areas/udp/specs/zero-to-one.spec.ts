import { openEarly } from '../faults/early-client.ts';
import { judgeEarly } from '../judge/early-judgement.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { openStage } from '../stage/service-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'udp/zero-to-one',
    title: 'A client that was there before its Service reaches the first endpoint',
    claim:
      'When the first endpoint of a Service appears, the service proxy MUST delete rows that clients made before there was a rule, so that a client that never stops sending reaches the endpoint.',
    tags: ['udp', 'conntrack'],
    needs: { workers: 2, capabilities: ['conntrack-rows', 'external-ip'] },
    locks: SHARES_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'kubernetes/kubernetes#48370: from zero to one endpoint: UDP blackhole until a flush',
        url: 'https://github.com/kubernetes/kubernetes/issues/48370',
      },
      {
        title: 'ovn-kubernetes#6889: from zero to N endpoints',
        url: 'https://github.com/ovn-kubernetes/ovn-kubernetes/issues/6889',
      },
    ],
  },
  async (t) => {
    const stage = await openStage(t);
    const early = await openEarly(t, stage, { member: false });
    const sequence = early.client.stream.lastSequence();
    await t.step('the server joins', () => stage.admit(early.server));
    await judgeEarly(t, stage, early, { sequence, backend: 'appeared', after: 'the first endpoint appeared' });
  },
);
