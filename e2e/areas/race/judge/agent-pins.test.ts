import { expect } from 'chai';
import { describe, it } from 'mocha';
import { judgePins } from './agent-pins.ts';
import { endingOf, stage } from './testdata/outcome-of.ts';

const judge = (before: number, left: readonly string[]) =>
  endingOf((t) => judgePins(t, stage, { before, left, durationMs: 900 }));

describe('programs and maps of a deleted pod', () => {
  it('have to go, every one of them', () => {
    expect(judge(8, []).said).to.equal('pins-go-with-pod gone');
    const { said, kept } = judge(8, ['maps/a', 'programs/b']);
    expect(said).to.equal('pins-go-with-pod pins-stay');
    expect(kept.judgements[0]).to.deep.include({ facts: { pod: 'deleted' }, measures: { 'share-left': 0.25 } });
    expect(kept.findings[0]?.observed).to.equal('2 left after 900 ms: maps/a, programs/b');
  });

  it('show nothing where there were none', () => {
    expect(judge(0, []).said).to.match(/nothing was pinned/);
  });
});
