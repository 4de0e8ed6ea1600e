import { expect } from 'chai';
import { describe, it } from 'mocha';
import { looks } from '../harness/run/console.ts';
import { VERDICTS } from '../report/verdict-words.ts';

describe('the words of verdicts', () => {
  it('are the same on the terminal and in every report', () => {
    const onTerminal = Object.fromEntries(Object.entries(looks).map(([verdict, [word]]) => [verdict, word]));
    const inReports = Object.fromEntries(Object.entries(VERDICTS).map(([verdict, { label }]) => [verdict, label]));
    expect(onTerminal).to.deep.equal(inReports);
  });
});
