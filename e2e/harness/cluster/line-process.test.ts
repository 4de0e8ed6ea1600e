/** Lines out of chunks: cut anywhere, without an end, or without end. */
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { LineStream, longestLine } from './line-process.ts';

function stream() {
  const lines = new LineStream({ name: 'p', write: () => undefined, terminate: () => Promise.resolve() });
  const heard: string[] = [];
  lines.onLine((line) => heard.push(line));
  return { lines, heard };
}

describe('lines of a process', () => {
  it('are the same wherever the chunks are cut', () => {
    const text = fc.array(
      fc.string({ unit: 'binary' }).map((line) => line.replace(/[\r\n]/g, '')),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(text, fc.boolean(), fc.array(fc.nat({ max: 80 }), { maxLength: 8 }), (wanted, isEnded, cuts) => {
        const bytes = Buffer.from(wanted.join('\n') + (isEnded ? '\n' : ''));
        const { lines, heard } = stream();
        let at = 0;
        for (const cut of cuts) {
          lines.feed(bytes.subarray(at, at + cut));
          at += cut;
        }
        lines.feed(bytes.subarray(at));
        lines.ended({ code: 0, reason: 'exit code 0' });
        const expected = bytes.toString('utf8').split('\n');
        if (expected.at(-1) === '') expected.pop();
        expect(heard).to.deep.equal(expected);
      }),
      { numRuns: 100 },
    );
  });

  it('are bounded when a program never ends its line, and go on behind it', () => {
    const { lines, heard } = stream();
    lines.feed(Buffer.from('first\n'));
    const chunk = Buffer.alloc(1024, 'x');
    const before = process.memoryUsage().heapUsed + process.memoryUsage().external;
    const started = process.cpuUsage();
    for (let fed = 0; fed < 16 * longestLine; fed += chunk.length) lines.feed(chunk);
    const { user } = process.cpuUsage(started);
    const grown = process.memoryUsage().heapUsed + process.memoryUsage().external - before;
    expect(grown, `${grown} bytes more`).to.be.below(16 * longestLine);
    expect(user / 1000, 'ms of processor time').to.be.below(5000);
    expect(heard).to.deep.equal(['first']);
    lines.feed(Buffer.from('\nlast\n'));
    expect(heard).to.deep.equal([
      'first',
      `[a line of more than ${longestLine} characters: ${'x'.repeat(200)}…]`,
      'last',
    ]);
  });

  it('keep no more characters than a bound for those who listen later', () => {
    const { lines } = stream();
    const line = Buffer.from(`${'y'.repeat(longestLine - 1)}\n`);
    for (let count = 0; count < 64; count++) lines.feed(line);
    let kept = 0;
    lines.onLine((each) => (kept += each.length));
    expect(kept).to.be.below(129 * 1024 * 1024);
    expect(kept).to.be.above(64 * 1024 * 1024);
  });

  it('take a long line in pieces of one byte in good time', () => {
    const { lines, heard } = stream();
    const one = Buffer.from('z');
    const started = process.cpuUsage();
    for (let count = 0; count < 500_000; count++) lines.feed(one);
    lines.feed(Buffer.from('\n'));
    expect(heard[0]?.length).to.equal(500_000);
    expect(process.cpuUsage(started).user / 1000).to.be.below(5000);
  });
});
