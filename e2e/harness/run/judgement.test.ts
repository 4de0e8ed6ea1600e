import { expect } from 'chai';
import { describe, it } from 'mocha';
import { judgement, passesWith } from './judgement.ts';

describe('the declaration of a judgement', () => {
  it('says of each of its outcomes whether it passes, and knows no other', () => {
    const declared = judgement({ id: 'flow-settles', passes: ['settled'], fails: ['flaps', 'silent'] });
    expect(passesWith(declared, 'settled')).to.equal(true);
    expect(passesWith(declared, 'silent')).to.equal(false);
    expect(() => passesWith(declared, 'fine')).to.throw(
      'judgement flow-settles: outcome "fine" is not declared; it has settled, flaps, silent',
    );
    expect(declared.facts).to.deep.equal({});
  });

  it('has to be able to come out both ways, in words that no pattern can hide in', () => {
    expect(() => judgement({ id: 'x', passes: ['a'], fails: [] })).to.throw(
      'an outcome that passes and one that fails',
    );
    expect(() => judgement({ id: 'x', passes: [], fails: ['a'] })).to.throw(
      'an outcome that passes and one that fails',
    );
    expect(() => judgement({ id: 'x', passes: ['a'], fails: ['a'] })).to.throw('outcome a both passes and fails');
    for (const bad of ['row*', 'Row', '', 'row_gone', '-row', 'row-'])
      expect(() => judgement({ id: 'x', passes: ['a'], fails: [bad] })).to.throw(`"${bad}" is not kebab-case`);
    expect(() =>
      judgement({ id: 'x', passes: ['a'], fails: ['b'], facts: { family: ['ipv4', 'any thing'] } }),
    ).to.throw('"any thing" is not kebab-case');
  });
});
