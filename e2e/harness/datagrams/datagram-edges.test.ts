/** Edges of what a UDP client reports and of what counts as lost: found by `npm run prove -- mutation`. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { handoverMs, lossWindows } from './datagram-loss.ts';
import { DatagramRecord, type FlowRecord } from './datagram-record.ts';

const flow = (sent: readonly number[], replies: readonly (readonly [number, number, string])[]): FlowRecord => ({
  sent: sent.map((at, index) => ({ sequence: index + 1, at })),
  replies: replies.map(([sequence, at, server]) => ({ sequence, at, server })),
  refusedAt: [],
  errors: [],
  unsent: 0,
  breaks: [],
});

describe('a record of datagrams', () => {
  it('begins, ends and breaks when the client says so', () => {
    const record = new DatagramRecord();
    expect(record).to.include({ started: false, stopped: false });
    record.add('{"type":"started"}');
    expect(record).to.include({ started: true, stopped: false });
    record.add('{"type":"stopped"}');
    expect(record.stopped).to.equal(true);
    expect(record.broken).to.equal(undefined);
    record.add('{"type":"broken","error":"no route"}');
    expect(record.broken).to.equal('no route');
    expect(record.rejected).to.deep.equal([]);
  });

  it('knows the wall clock only from a line with both clocks', () => {
    const record = new DatagramRecord();
    record.add('{"type":"x","mono":"5000000"}');
    record.add('{"type":"x","wall":1000}');
    record.add('{"type":"x","mono":5000000,"wall":1000}');
    expect(record.wallOffset).to.equal(undefined);
    record.add('{"type":"x","mono":"5000000","wall":1000}');
    expect(record.wallOffset).to.equal(995);
  });

  it('takes a line with some of its parts, and keeps flows apart', () => {
    const record = new DatagramRecord();
    record.add('{"type":"datagrams"}');
    expect(record.flowCount()).to.equal(0);
    record.add('{"type":"datagrams","sent":[[0,1,10]],"refused":[[1,20]],"errors":[[1,21,"send","ENOBUFS"]]}');
    record.add('{"type":"datagrams","replies":[[0,1,12,"a"]]}');
    expect(record.flow(0)).to.deep.equal({
      ...{ sent: [{ sequence: 1, at: 10 }], replies: [{ sequence: 1, at: 12, server: 'a' }] },
      ...{ refusedAt: [], errors: [], unsent: 0, breaks: [] },
    });
    expect(record.flow(1)).to.deep.equal({
      ...{ sent: [], replies: [], refusedAt: [20], unsent: 0, breaks: [] },
      errors: [{ at: 21, call: 'send', code: 'ENOBUFS' }],
    });
    expect(record.flowCount()).to.equal(2);
  });

  it('keeps the beginning of what is no record', () => {
    const record = new DatagramRecord();
    const long = 'x'.repeat(300);
    for (const line of [long, 'null', '7', '"type"', '{}', '[1]']) record.add(line);
    expect(record.rejected).to.deep.equal([long.slice(0, 200), 'null', '7', '"type"', '{}', '[1]']);
  });
});

describe('windows of loss', () => {
  const calm = Array.from({ length: 40 }, (_, index) => index * 100);

  it('end with the first answer to a datagram, not with a second one', () => {
    const replies = calm.flatMap((at, index) => (index === 3 ? [] : [[index + 1, at + 1, 'a'] as const]));
    const [window] = lossWindows(flow(calm, [...replies, [5, 3999, 'a']]));
    expect(window).to.include({ firstLost: 4, lost: 1, fromMs: 201, toMs: 401 });
  });

  it('end with the record: the last datagram or the last answer, whichever is later', () => {
    const [open] = lossWindows(flow(calm, [[1, 1, 'a']]));
    expect(open).to.include({ firstLost: 2, toMs: 3900, lost: 34 });
    const [late] = lossWindows(flow(calm, [[1, 6000, 'a']]));
    expect(late).to.include({ toMs: 6000, lost: 39 });
    const [early] = lossWindows(
      flow(calm, [
        [1, 9000, 'a'],
        [2, 4500, 'a'],
      ]),
    );
    expect(early).to.include({ toMs: 4500 });
    expect(lossWindows(flow([], []))).to.deep.equal([]);
    expect(lossWindows(flow([], [[1, 5, 'a']]))).to.deep.equal([]);
  });

  it('hold what was sent at their bounds', () => {
    const [window] = lossWindows(flow(calm, []), { sinceMs: 500, untilMs: 700 });
    expect(window).to.include({ firstLost: 6, lastLost: 8, lost: 3 });
  });
});

describe('a hand-over', () => {
  it('is from the last answer of one to the first of the other after it', () => {
    const replies = [
      [1, 10, 'b'],
      [2, 20, 'a'],
      [3, 30, 'a'],
      [4, 90, 'b'],
      [5, 95, 'b'],
    ] as const;
    expect(handoverMs(flow([], replies), 'a', 'b')).to.equal(60);
    expect(
      handoverMs(
        flow(
          [],
          [
            [1, 30, 'a'],
            [2, 30, 'b'],
          ],
        ),
        'a',
        'b',
      ),
    ).to.equal(0);
  });

  it('is none when one of both never answered, or not after the other', () => {
    expect(handoverMs(flow([], [[1, 10, 'b']]), 'a', 'b')).to.equal(undefined);
    expect(handoverMs(flow([], [[1, 10, 'a']]), 'a', 'b')).to.equal(undefined);
    expect(
      handoverMs(
        flow(
          [],
          [
            [1, 10, 'b'],
            [2, 20, 'a'],
          ],
        ),
        'a',
        'b',
      ),
    ).to.equal(undefined);
  });
});
