import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type GraphPart, usualWidths as widths } from './part-graph.ts';
import { planText, remainingText } from './plan-text.ts';

const parts: readonly GraphPart[] = [
  { name: 'kubernetes', after: [], lane: 'core', expectedMs: 520_000, need: 0 },
  { name: 'node-image', after: ['kubernetes'], lane: 'docker', expectedMs: 30_000, need: 0 },
  { name: 'npa@1.4.3', after: [], lane: 'core', expectedMs: 240_000, need: 1 },
];
const goals = [
  { name: 'udp', after: ['node-image'] },
  { name: 'race', after: ['node-image', 'npa@1.4.3'] },
];

describe('text of a plan', () => {
  it('has a line a part and says when which specs can start', () => {
    expect(planText(parts, goals, { widths, there: ['kind'] })).to.deep.equal([
      'set-up: 3 parts, about 9 min 10 s',
      '    0:00  npa@1.4.3     4 min 00 s  compiler',
      '    0:00  kubernetes    8 min 40 s  compiler',
      '    8:40  node-image          30 s  Docker',
      '  there already: kind',
      '  udp in about 9 min 10 s',
      '  race in about 9 min 10 s',
    ]);
  });

  it('says so when there is nothing to do', () => {
    expect(planText([], goals, { widths })).to.deep.equal(['set-up: all parts stand', '  udp now', '  race now']);
  });

  it('is brought up to date with what is over and what runs', () => {
    const running = new Map([
      ['kubernetes', 300_000],
      ['npa@1.4.3', 300_000],
    ]);
    expect(remainingText(parts, goals, widths, { done: new Set(), running })).to.equal(
      'udp in about 4 min 10 s, race in about 4 min 10 s',
    );
    const done = new Set(['kubernetes', 'node-image']);
    expect(remainingText(parts, goals, widths, { done, running: new Map([['npa@1.4.3', 60_000]]) })).to.equal(
      'race in about 3 min 00 s',
    );
    const other = [{ name: 'watch', after: ['node-image', 'stood before'] }];
    expect(remainingText(parts, other, widths, { done, running: new Map() })).to.equal('');
  });
});
