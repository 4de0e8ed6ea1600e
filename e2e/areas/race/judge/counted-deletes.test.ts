import { expect } from 'chai';
import { describe, it } from 'mocha';
import { judgeCounted } from './counted-deletes.ts';
import { endingOf, stage } from './testdata/outcome-of.ts';

const judge = (counted: number, told: number, passes = 3) =>
  endingOf((t) => judgeCounted(t, stage, { passes, counted, told, ended: 400 }));

describe('a count of deletes', () => {
  it('is true where it is the number of entries that are told of', () => {
    expect(judge(400, 400).said).to.equal('counted-deletes-true true');
    expect(judge(401, 400).said).to.equal('counted-deletes-true counts-more');
    const { said, kept } = judge(400, 402);
    expect(said).to.equal('counted-deletes-true counts-less');
    expect(kept.judgements[0]?.measures).to.deep.equal({ counted: 400, told: 402 });
  });

  it('is not judged of an agent that gives none, or whose log tells of less than is gone', () => {
    expect(judge(0, 400, 0).said).to.match(/does not count what it deletes/);
    expect(judge(400, 399).said).to.match(/tells of 399 deletes, and 400 entries are gone/);
  });
});
