import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type DeniedRows, judgeDeniedRows } from './denied-rows.ts';
import { endingOf, stage } from './testdata/outcome-of.ts';

const one: DeniedRows = {
  ...{ aim: { path: 'service', address: '10.96.0.9', port: 7100 }, sent: 1000, denied: 1400 },
  ...{ atOnce: 300, left: 0, tookMs: 1500 },
};
const judge = (...seen: readonly Partial<DeniedRows>[]) =>
  endingOf((t) => judgeDeniedRows(t, stage, seen.map((each) => ({ ...one, ...each })))); // prettier-ignore

describe('rows of denied connections', () => {
  it('have to be gone within the bound, every one of them', () => {
    expect(judge({}).said).to.equal('denied-rows-go gone');
    const { said, kept } = judge({ atOnce: 1000, left: 1, tookMs: 10_200 });
    expect(said).to.equal('denied-rows-go rows-stay');
    expect(kept.judgements[0]).to.deep.include({
      facts: { path: 'service' },
      measures: { left: 1, 'share-left': 0.001 },
    });
    expect(kept.findings[0]?.observed).to.equal('1 rows after 10200 ms, 1000 at first');
  });

  it('are judged on every path, and the first that fails is told', () => {
    const pod = { aim: { ...one.aim, path: 'pod' } } as const;
    const { said, kept } = judge(pod, { left: 7 });
    expect(said).to.equal('denied-rows-go rows-stay');
    expect(kept.judgements.map(({ ok, facts }) => [ok, facts['path']])).to.deep.equal([
      [true, 'pod'],
      [false, 'service'],
    ]);
    expect(kept.inShort).to.deep.equal([
      '0 of 1000 rows of denied connections left (pod); 7 of 1000 rows of denied connections left (service)',
    ]);
  });

  it('show nothing where nobody was denied', () => {
    expect(judge().said).to.match(/nothing was denied/);
  });

  it('show nothing where the agent did not say that it denied the connections', () => {
    expect(judge({ denied: 950 }).said).to.equal('denied-rows-go gone');
    expect(judge({ denied: 949 }).said).to.match(/only 949 DENY lines for 1000 connections/);
  });
});
