import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { handoverMs, lossWindows, serverSpans, totalLost } from './datagram-loss.ts';
import { DatagramRecord, type FlowRecord } from './datagram-record.ts';

/** One letter per datagram, 20 ms apart: who answered it, or `.` for nobody. */
function flow(script: string): FlowRecord {
  const letters = script.split('');
  return {
    sent: letters.map((_, index) => ({ sequence: index + 1, at: index * 20 })),
    replies: letters.flatMap((server, index) =>
      server === '.' ? [] : [{ sequence: index + 1, at: index * 20 + 1, server }],
    ),
    refusedAt: [],
    errors: [],
    unsent: 0,
    breaks: [],
  };
}

const tail = 'b'.repeat(30);

describe('datagram loss', () => {
  it('finds a window with both of its ends', () => {
    const [window, ...others] = lossWindows(flow(`aaaa.....bb${tail}`));
    expect(others).to.deep.equal([]);
    expect(window).to.include({ firstLost: 5, lastLost: 9, lost: 5, fromMs: 61, toMs: 181, durationMs: 120 });
    expect(window?.before?.server).to.equal('a');
    expect(window?.after?.server).to.equal('b');
  });

  it('leaves a window open that never ended, and does not count what is still under way', () => {
    const lost = '.'.repeat(60);
    const [window] = lossWindows(flow(`aa${lost}`));
    expect(window).to.not.have.property('after');
    expect(window?.lost).to.equal(60 - 25);
    expect(lossWindows(flow(`aaaa...`))).to.deep.equal([]);
  });

  it('reports a window from the start without an earlier reply', () => {
    const [window] = lossWindows(flow(`...a${'a'.repeat(30)}`));
    expect(window).to.include({ firstLost: 1, lost: 3, fromMs: 0 });
    expect(window).to.not.have.property('before');
  });

  it('tells who answered and how long the hand-over took', () => {
    const record = flow(`aaab..b${tail}`);
    expect(serverSpans(record).map(({ server, replies }) => [server, replies])).to.deep.equal([
      ['a', 3],
      ['b', 32],
    ]);
    expect(handoverMs(record, 'a', 'b')).to.equal(20);
    expect(handoverMs(record, 'a', 'c')).to.equal(undefined);
  });

  it('bounds by send time', () => {
    const record = flow(`a..a....a${'a'.repeat(30)}`);
    expect(totalLost(lossWindows(record, { sinceMs: 70 }))).to.equal(4);
    expect(totalLost(lossWindows(record, { untilMs: 70 }))).to.equal(2);
  });

  it('accounts for every settled datagram, whatever the pattern', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', '.'), { maxLength: 80 }), (letters) => {
        const script = letters.join('') + tail;
        const windows = lossWindows(flow(script));
        expect(totalLost(windows)).to.equal(script.split('').filter((letter) => letter === '.').length);
        for (const window of windows) expect(window.durationMs).to.be.at.least((window.lost - 1) * 20);
      }),
    );
  });
});

describe('datagram record', () => {
  it('takes in batches and maps the clock', () => {
    const record = new DatagramRecord();
    record.add('{"type":"started","mono":"5000000000","wall":1700000000005.5,"flows":2}');
    record.add(
      '{"type":"datagrams","mono":"1","wall":1,"sent":[[0,1,10],[1,1,11]],"replies":[[1,1,12,"s"]],"refused":[[0,11]],"errors":[[0,1,"send","EPERM"]]}',
    );
    expect(record.started).to.equal(true);
    expect(record.flow(0)).to.deep.equal({
      sent: [{ sequence: 1, at: 10 }],
      replies: [],
      refusedAt: [11],
      errors: [{ at: 1, call: 'send', code: 'EPERM' }],
      unsent: 0,
      breaks: [],
    });
    expect(record.flow(1).replies).to.deep.equal([{ sequence: 1, at: 12, server: 's' }]);
    expect(record.flowCount()).to.equal(2);
  });

  it('keeps foreign lines and the reason of a broken program', () => {
    const record = new DatagramRecord();
    for (const line of ['node: bad option', '{"no":"type"}', '[1', 'null']) record.add(line);
    record.add('{"type":"broken","error":"EADDRINUSE"}');
    expect(record.rejected).to.have.length(4);
    expect(record.broken).to.equal('EADDRINUSE');
  });
});
