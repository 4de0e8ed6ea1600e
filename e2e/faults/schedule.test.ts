import { expect } from 'chai';
import { describe, it } from 'mocha';
import { scheduleText, schedulesOf } from './schedule.ts';

const names = ['a', 'b', 'c', 'd'];

describe('fault schedules', () => {
  it('are the same for the same seed, and others for another', () => {
    expect(schedulesOf(7, 20, names, 5000)).to.deep.equal(schedulesOf(7, 20, names, 5000));
    expect(schedulesOf(8, 20, names, 5000)).not.to.deep.equal(schedulesOf(7, 20, names, 5000));
  });

  it('meet every fault before one is met again, within the time, in order', () => {
    for (let seed = 1; seed < 50; seed++) {
      const all = schedulesOf(seed, 20, names, 5000);
      expect(all.map(({ number }) => number)).to.deep.equal(Array.from({ length: 20 }, (_, index) => index + 1));
      const first = all.flatMap(({ faults }) => faults).slice(0, 8);
      expect(new Set(first.map(({ name }) => name))).to.have.property('size', names.length);
      for (const { faults } of all) {
        expect(faults).to.have.length.within(1, 2);
        const times = faults.map(({ afterMs }) => afterMs);
        expect(times).to.deep.equal([...times].sort((a, b) => a - b));
        for (const ms of times) expect(ms).to.be.within(0, 4999);
      }
    }
    expect(schedulesOf(3, 30, names, 1).some(({ faults }) => faults.length === 2)).to.equal(true);
  });

  it('strike what nothing can follow at the end, alone', () => {
    const all = schedulesOf(5, 4, names, 5000, ['the end']);
    expect(all.slice(0, 4)).to.deep.equal(schedulesOf(5, 4, names, 5000));
    expect(all.slice(4).map(({ number, faults }) => [number, faults.map(({ name }) => name)])).to.deep.equal([
      [5, ['the end']],
    ]);
  });

  it('say themselves in one line', () => {
    const faults = [
      { name: 'kill -9', afterMs: 1234 },
      { name: 'disk full', afterMs: 2000 },
    ];
    expect(scheduleText({ number: 1, seed: 1, faults })).to.equal('kill -9 at 1.2 s, disk full at 2.0 s');
  });
});
