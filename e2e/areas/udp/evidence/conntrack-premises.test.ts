import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { ConntrackEvent } from '../../../harness/conntrack/conntrack-event.ts';
import { healthyRow, rowPointsAt } from '../../../harness/conntrack/conntrack-premises.ts';
import { destroyedBy, flowOn, followerOf, row, rowText } from '../judge/testdata/judging.ts';
import { judgingContext } from '../../../harness/run/testdata/judging-context.ts';

const server = '10.0.2.7';
const born = (id: number): ConntrackEvent => ({ kind: 'new', wallMs: 1, entry: row(id) });
const lives = (text: string): string => text.replace(' 29 ', ' 899 ');
const signal = new AbortController().signal;
const { t } = judgingContext();

describe('the row of a flow', () => {
  const prove = (table: string, events: readonly ConntrackEvent[] = [born(1)]) =>
    rowPointsAt(t, flowOn(table), server, { seenBy: followerOf(events) }).prove(signal);

  it('is proven when it points at the server, cannot expire, and its birth was seen', async () => {
    expect(await prove(lives(rowText(1)))).to.deep.include({ proven: true });
  });

  it('is not proven when it is another one, could expire, or was there before', async () => {
    expect(await prove('')).to.deep.equal({ proven: false, reason: 'rows found: none' });
    expect(await prove(lives(rowText(1, '10.0.2.9')))).to.deep.include({ proven: false });
    expect(await prove(rowText(1))).to.deep.include({
      reason: 'the row lives for 29 s only: the raised timeout is not in force',
    });
    expect(await prove(lives(rowText(2))))
      .to.have.property('reason')
      .match(/^the birth of udp .* was not seen/);
  });
});

describe('the row of a flow that no change concerns', () => {
  const prove = (table: string, events: readonly ConntrackEvent[]) =>
    healthyRow(t, flowOn(table), server, followerOf(events)).prove(signal);

  it('is the one that stands there', async () => {
    const proof = await prove(lives(rowText(2)), [born(1), destroyedBy(row(1), 'kube-proxy'), born(2)]);
    expect(proof).to.have.nested.property('value.id', 2);
  });

  it('is the one that a program has deleted, when none like it came back', async () => {
    const proof = await prove('', [born(1), destroyedBy(row(1), 'kube-proxy')]);
    expect(proof).to.have.nested.property('value.id', 1);
    expect(proof)
      .to.have.property('summary')
      .match(/deleted by a program \(netlink port 7, kube-proxy\) already$/);
  });

  it('is not proven by what the kernel took, nor by the end of another one', async () => {
    expect(await prove('', [born(1)])).to.deep.include({ proven: false });
    expect(await prove('', [destroyedBy(row(1))])).to.deep.include({ proven: false });
    expect(await prove('', [destroyedBy(row(1, '10.0.2.9'), 'kube-proxy')])).to.deep.include({ proven: false });
    const elsewhere = { ...row(1), original: { ...row(1).original, dst: '10.96.0.7' } };
    expect(await prove('', [destroyedBy(elsewhere, 'kube-proxy')])).to.deep.include({ proven: false });
  });
});
