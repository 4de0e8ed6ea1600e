import { takeRuleProgram, type MissingProgram } from '../faults/rule-program.ts';
import { judgeReplaced } from '../judge/replaced-judgement.ts';
import { OWNS_PROXY } from '../stage/proxy-locks.ts';
import { pinFlow, replaceServer } from '../faults/server-cycle.ts';
import { openStage } from '../stage/service-stage.ts';
import { addTcpService } from '../stage/tcp-service.ts';
import { spec } from '../../../harness/run/spec.ts';

/** Alone with the proxy: nobody could write rules meanwhile, and any other UDP change would make it clean up after all. */
spec(
  {
    id: 'udp/rules-written-at-second-try',
    title: 'A UDP flow moves on also when its rules were written at the second try',
    claim:
      'When the service proxy could not write its rules for a change at first, it MUST delete the rows that the change made stale once it could.',
    tags: ['udp', 'conntrack', 'clusterip', 'slow'],
    needs: { workers: 2, capabilities: ['conntrack-rows', 'rule-program'] },
    locks: OWNS_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'kubernetes/kubernetes#112604: kube-proxy loses track of some changes if iptables-restore fails',
        url: 'https://github.com/kubernetes/kubernetes/issues/112604',
      },
    ],
  },
  async (t) => {
    const stage = await openStage(t);
    const pinned = await pinFlow(t, stage);
    let missing: MissingProgram | undefined;
    const replacement = await replaceServer(t, stage, pinned, {
      leave: {
        title: 'take the rule program from the proxy, and delete server 1',
        change: async () => {
          missing = await takeRuleProgram(t, stage.clientNode);
          await stage.deletePod(pinned.server1);
        },
      },
    });
    const taken = missing ?? t.inconclusive('the rule program was not taken');
    await t.evidence.require(taken.writeFailed);
    await t.step('put the rule program back, and give the proxy something to write', async () => {
      await taken.putBack();
      await addTcpService(t, stage, 'second-try');
    });
    // What went wrong before is not the proxy's fault; from here on it could write.
    await t.step('judge the flow', () =>
      judgeReplaced(
        t,
        stage,
        pinned,
        { ...replacement, changedAt: t.evidence.now() },
        { after: 'rules for the end of server-1 could be written again' },
      ),
    );
  },
);
