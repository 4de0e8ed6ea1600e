import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { ConntrackEvent } from '../../../harness/conntrack/conntrack-event.ts';
import { judgingContext } from '../../../harness/run/testdata/judging-context.ts';
import { destroyedBy, followerOf, row, scriptedStream } from '../judge/testdata/judging.ts';
import { FreshFlows, rulesWrittenAt, type FreshFlow } from './fresh-flows.ts';

const from = { name: 'server-1', ip: '10.0.2.7' };
const to = { name: 'server-2', ip: '10.0.2.8' };
const FIRST_PORT = 15_000;

/** The row of fresh flow n was born, translated to that address. */
function birth(index: number, address: string): ConntrackEvent {
  const { original, ...rest } = row(100 + index, address);
  const entry = { ...rest, original: { ...original, sport: FIRST_PORT + index } };
  return { ...destroyedBy(entry), kind: 'new' };
}

/** `after`: what the client goes on to tell; nothing by default. */
function freshOf(lists: object, events?: readonly ConntrackEvent[], after = '|') {
  const { t } = judgingContext();
  const stream = scriptedStream(t, '', after);
  stream.record.add(JSON.stringify({ type: 'datagrams', ...lists }));
  return new FreshFlows(t, stream, FIRST_PORT, events === undefined ? undefined : followerOf(events));
}
const wents = (flows: readonly FreshFlow[]): readonly string[] => flows.map(({ went }) => went);

describe('fresh flows', () => {
  const sent = Array.from({ length: 5 }, (_, index) => [index, 1, 1_000 + index * 100]);

  it('went where their rows say, once there was time to tell of those', () => {
    const later = [5, 1, 1_900];
    const events = [birth(0, from.ip), birth(1, to.ip), birth(2, '10.96.0.9'), birth(4, from.ip)];
    const fresh = freshOf({ sent: [...sent, later] }, events);
    expect(wents(fresh.seen({ from, to }))).to.deep.equal(['old', 'new', 'elsewhere', 'nowhere', 'old']);
    expect(wents(freshOf({ sent }, events).seen({ from, to })), 'not told yet').to.deep.equal([]);
    expect(fresh.describe({ from, to })).to.equal(
      '5 fresh flows: 2 to server-1, 1 to server-2, 1 elsewhere, 1 nowhere',
    );
  });

  it('are told apart by port where a server has two', () => {
    const events = [birth(0, from.ip)];
    const fresh = freshOf({ sent: [[0, 1, 100], [1, 1, 900]] }, events); // prettier-ignore
    expect(wents(fresh.seen({ from: { ...from, port: 8080 }, to }))).to.deep.equal(['old']);
    expect(wents(fresh.seen({ from: { ...from, port: 8081 }, to: { ...from, port: 8080 } }))).to.deep.equal(['new']);
  });

  it('went to who answers where the proxy keeps no rows', () => {
    const replies = [
      [0, 1, 1_001, 'server-1'],
      [1, 1, 1_101, 'server-2'],
      [2, 1, 1_201, 'server-3'],
    ];
    const fresh = freshOf({ sent: [...sent, [5, 1, 1_900]], replies });
    expect(wents(fresh.seen({ from, to }))).to.deep.equal(['old', 'new', 'elsewhere', 'nowhere', 'nowhere']);
  });

  it('that could not be sent are none', () => {
    const errors = [[0, 100, 'bind', 'EADDRINUSE']];
    const fresh = freshOf({ sent: [[1, 1, 100], [2, 1, 900]], errors }, [birth(1, to.ip)]); // prettier-ignore
    expect(wents(fresh.seen({ from, to }))).to.deep.equal(['new']);
  });

  it('have to go to the old server before anything can be learnt from them', async () => {
    const lists = { sent: [...sent, [5, 1, 1_900]] };
    const { signal } = new AbortController();
    expect(
      (
        await freshOf(lists, [birth(0, from.ip)])
          .reach(from)
          .prove(signal)
      ).proven,
    ).to.equal(true);
    const never = await freshOf(lists, [birth(0, to.ip)], '.')
      .reach(from)
      .prove(signal);
    expect(never).to.include({ proven: false });
  });
});

describe('the rules for a change', () => {
  const flows = (script: string): readonly FreshFlow[] =>
    script.split('').map((letter, index) => ({
      at: index * 100,
      went: letter === 'o' ? 'old' : letter === 'n' ? 'new' : 'nowhere',
    }));

  it('were written when the first of ten in a row left the old server', () => {
    expect(rulesWrittenAt(flows('oooonnnnnnnnnn'), 0, false)).to.equal(400);
    expect(rulesWrittenAt(flows('oooo--nnnn----'), 0, false)).to.equal(400);
    expect(rulesWrittenAt(flows('oooonnnnnnnnn'), 0, false), 'nine').to.equal(undefined);
    expect(rulesWrittenAt(flows('oonnnnnnnnnonnnnnnnnnn'), 0, false)).to.equal(1_200);
  });

  it('were not written before the change was visible', () => {
    expect(rulesWrittenAt(flows('nnnnnnnnnnnnnnoonnnnnnnnnn'), 450, false)).to.equal(1_600);
    expect(rulesWrittenAt(flows('nnnnnnnnnnnnnnn'), 450, false)).to.equal(500);
  });

  it('reach the new server where nothing less will do', () => {
    expect(rulesWrittenAt(flows('oo----------'), 0, true)).to.equal(undefined);
    expect(rulesWrittenAt(flows('oo--nnnnnnnnnn'), 0, true)).to.equal(400);
  });
});
