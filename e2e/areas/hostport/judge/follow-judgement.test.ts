import { expect } from 'chai';
import { describe, it } from 'mocha';
import { judgingContext } from '../../../harness/run/testdata/judging-context.ts';
import { judgeFollows } from './follow-judgement.ts';
import { ended, senderOf } from './testdata/judging.ts';

/** The sender's first three datagrams were before the change; new flows reach the holder from 100 ms on. */
async function judge(script: string) {
  const { t, kept } = judgingContext();
  const sender = senderOf(t, script);
  const since = sender.stream.onRunClock(100);
  const at = {
    place: 'same-node',
    change: 'recreated',
    holder: { name: 'n' },
    sequence: 3,
    after: 'a change',
  } as const;
  const told = await ended(judgeFollows(t, { ...at, sender, since }));
  return { told, outcome: kept.judgements[0]?.outcome, lost: kept.judgements[0]?.measures['lost'] };
}

describe('a sender that kept its socket', () => {
  it('follows when the holder answers, and then every datagram, alone', async () => {
    expect(await judge(`ooo....${'n'.repeat(60)}`)).to.deep.equal({ told: 'pass', outcome: 'follows', lost: 4 });
  });

  it('does not follow when nobody answers, or somebody else', async () => {
    expect((await judge(`ooo${'.'.repeat(60)}`)).outcome).to.equal('nobody-answers');
    expect((await judge(`ooo${'o'.repeat(60)}`)).outcome).to.equal('wrong-server');
    expect((await judge(`ooo..${'n'.repeat(20)}o${'n'.repeat(60)}`)).outcome).to.equal('wrong-server');
  });

  it('fails when it loses datagrams after its first answer, or has that late', async () => {
    expect((await judge(`ooo..nnn.....${'n'.repeat(60)}`)).outcome).to.equal('loses-datagrams');
    expect((await judge(`ooo${'.'.repeat(520)}${'n'.repeat(60)}`)).outcome).to.equal('follows-late');
    const unclear = await judge(`ooo${'.'.repeat(300)}${'n'.repeat(60)}`);
    expect(unclear.outcome).to.equal(undefined);
    expect(unclear.told).to.match(/the first answer took \d+ ms, bound 5000 ms/);
  });
});
