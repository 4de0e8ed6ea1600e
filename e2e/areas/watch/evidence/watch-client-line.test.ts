import { expect } from 'chai';
import { describe, it } from 'mocha';
import { countEvents, parseClientLine, type ClientLine } from './watch-client-line.ts';

const update = (n: number, wall: number, via: 'list' | 'watch' = 'watch'): ClientLine => ({
  type: 'update',
  cell: 'c',
  wall,
  n,
  via,
});
const made = [
  { n: 1, at: 1000 },
  { n: 2, at: 2000 },
  { n: 3, at: 3000 },
];
const count = (lines: readonly ClientLine[]) => countEvents(lines, made, 10_000);

describe('numbered updates', () => {
  it('are all seen by a live watch, one of them before its acknowledgement', () => {
    const counts = count([update(0, 0, 'list'), update(1, 990), update(2, 2005), update(3, 3001)]);
    expect(counts).to.deep.equal({
      made: 3,
      byWatch: 3,
      byRelist: 0,
      coalesced: 0,
      never: 0,
      duplicated: 0,
      late: 0,
      slowestMs: 5,
    });
  });
  it('are never seen by a deaf one', () => expect(count([update(0, 0, 'list')]).never).to.equal(3));
  it('are coalesced when a relist jumps to the last state', () => {
    expect(count([update(3, 3500, 'list')])).to.include({ byRelist: 1, coalesced: 2, never: 0 });
  });
  it('are told from replays of the same object', () => {
    expect(count([update(1, 1001), update(1, 1500, 'list'), update(2, 2001), update(3, 3001)])).to.include({
      duplicated: 1,
      byWatch: 3,
    });
  });
  it('are late after ten seconds', () => {
    expect(count([update(1, 11_001), update(2, 11_002), update(3, 11_003)])).to.include({ late: 1, slowestMs: 10_001 });
  });
});

describe('client lines', () => {
  it('leave out what is not ours', () => {
    expect(parseClientLine('warning: something')).to.equal(undefined);
    expect(parseClientLine('{"type":"ready","wall":1}')).to.equal(undefined);
  });
  it('without a clock are a defect of the program', () => {
    expect(() => parseClientLine('{"type":"update","cell":"c"}')).to.throw('without wall or cell');
  });
});
