import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { ConntrackEvent } from '../../../harness/conntrack/conntrack-event.ts';
import { judgingContext } from '../../../harness/run/testdata/judging-context.ts';
import { judgeRowRemoved } from './row-judgement.ts';
import { destroyedBy, ended, flow, followerOf, row } from './testdata/judging.ts';

async function judge(events: readonly ConntrackEvent[], since = 1_000) {
  const { t, kept } = judgingContext();
  Object.assign(t.env, { subject: () => ({ name: 'mapper', program: 'portmap' }) });
  const told = await ended(
    judgeRowRemoved(t, {
      ...{ flow: flow(), follower: followerOf(events), row: row(1), since, change: 'gone', sender: 'same-node' },
      ...{ after: 'pod-1 was deleted', told: () => '9 sent' },
    }),
  );
  return { told, outcome: kept.judgements[0]?.outcome };
}

describe('the row of a pod that is gone', () => {
  it('has to go in time, before or after that', async () => {
    expect(await judge([destroyedBy(row(1), 400, 'portmap')])).to.deep.equal({ told: 'pass', outcome: 'removed' });
    expect(await judge([destroyedBy(row(1), 6_000, '')])).to.deep.equal({ told: 'pass', outcome: 'removed' });
    expect((await judge([destroyedBy(row(1), 11_001, 'portmap')])).outcome).to.equal('removed-late');
    const stays = await judge([]);
    expect(stays.outcome).to.equal('row-stays');
    expect(stays.told).to.match(/to leave within 5000 ms.*it stayed; rows now: none; 9 sent/s);
  });

  it('is that one: the end of another flow’s, or of a later one, is not its end', async () => {
    expect((await judge([destroyedBy(row(2), 400, 'portmap')])).outcome).to.equal('row-stays');
    expect((await judge([destroyedBy(row(1, '10.244.1.9'), 400, 'portmap')])).outcome).to.equal('row-stays');
  });

  it('says nothing of the mapper when the kernel or another program took it, or the machine may have', async () => {
    for (const [event, reason] of [
      [destroyedBy(row(1), 400), /the kernel itself/],
      [
        destroyedBy(row(1), 400, 'kube-proxy'),
        /kube-proxy\), which is not|by kube-proxy, which is not the port mapper/,
      ],
      [destroyedBy(row(1), 8_000, 'portmap'), /took 7000 ms, bound 5000 ms/],
    ] as const) {
      const { told, outcome } = await judge([event]);
      expect(told).to.match(reason);
      expect(outcome).to.equal(undefined);
    }
  });
});
