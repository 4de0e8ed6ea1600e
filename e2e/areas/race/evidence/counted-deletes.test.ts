import { expect } from 'chai';
import { describe, it } from 'mocha';
import { countedDeletes } from './counted-deletes.ts';
import type { NpaLogLine } from './npa-log.ts';

const line = (type: string, more: object = {}) => ({ type, ...more }) as NpaLogLine;
const done = (deleted?: number) => line('pass-done', deleted === undefined ? {} : { deleted, tracked: 9 });

describe('deletes that an agent counts', () => {
  it('are summed over whole passes, and so are the lines about each', () => {
    const lines = [
      ...[line('delete'), done(1)],
      ...[line('pass-start'), line('hydrated'), line('pass-start'), line('delete'), line('delete'), done(2)],
      ...[line('pass-start'), line('delete'), done(1)],
      ...[line('pass-start'), line('delete')],
    ];
    expect(countedDeletes(lines)).to.deep.equal({ passes: 2, counted: 3, told: 3 });
  });

  it('are none where no pass says how many, or no pass is whole', () => {
    const plain = [line('pass-start'), line('delete'), done()];
    expect(countedDeletes(plain)).to.deep.equal({ passes: 0, counted: 0, told: 1 });
    expect(countedDeletes([line('delete'), done(1)])).to.deep.equal({ passes: 0, counted: 0, told: 0 });
    expect(countedDeletes([])).to.deep.equal({ passes: 0, counted: 0, told: 0 });
  });
});
