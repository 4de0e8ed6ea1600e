import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseWaits, waitedMs } from './processor-wait.ts';

const line = (thread: number, wait: number): string => `/proc/12/task/${thread}/schedstat 99 ${wait} 3`;

describe('the wait for a processor', () => {
  it('is of each thread', () => {
    expect(parseWaits(`${line(12, 5)}\n${line(13, 7)}\n`)).to.deep.equal(new Map([['12/12', 5], ['12/13', 7]])); // prettier-ignore
    expect(parseWaits(`${line(12, 5)}\n/proc/12/task/13/schedstat \n`), 'ended meanwhile').to.have.property('size', 1);
  });

  it('cannot be read where no thread is found or the kernel keeps no account', () => {
    expect(parseWaits('')).to.equal(undefined);
    expect(parseWaits('/proc/12/task/13/schedstat cat: no such file\n')).to.equal(undefined);
  });

  it('is what the longest-waiting thread of each process added between two looks, and no more than the time between them', () => {
    const before = new Map([['12/12', 1_000_000], ['12/13', 0], ['20/20', 0]]); // prettier-ignore
    const after = new Map([['12/12', 3_000_000], ['12/13', 2_500_000], ['20/20', 250_000]]); // prettier-ignore
    expect(waitedMs(before, after, 100)).to.equal(2.75);
    expect(waitedMs(before, after, 2)).to.equal(2);
    expect(waitedMs(after, after, 100)).to.equal(0);
  });
});
