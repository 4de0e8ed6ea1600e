import { expect } from 'chai';
import { describe, it } from 'mocha';
import { flakySpecs, judgeLane } from './judge-lane.ts';
import { type Lane, lanes } from './lanes.ts';

const lane: Lane = { name: 'udp', args: [], exit: 1, verdicts: { 'udp/a': 'fail' } };
const attempt = (verdict: string, final = true): string =>
  JSON.stringify({ type: 'attempt', spec: { id: 'udp/a' }, verdict, final });

describe('CI lanes', () => {
  it('are as expected when exit code and verdict are', () => {
    expect(judgeLane(lane, 1, `${attempt('inconclusive', false)}\n${attempt('fail')}\n{"torn`)).to.deep.equal([]);
  });

  it('are not satisfied by the right exit code for another reason', () => {
    expect(judgeLane(lane, 1, attempt('unexpected-pass'))).to.deep.equal([
      'udp: expected udp/a to fail, observed unexpected-pass',
    ]);
  });

  it('take a flaky spec for a pass, and name it', () => {
    const good: Lane = { ...lane, exit: 0, verdicts: { 'udp/a': 'pass' } };
    const results = `${attempt('fail', false)}\n${attempt('flaky')}`;
    expect(judgeLane(good, 0, results)).to.deep.equal([]);
    expect(flakySpecs(results)).to.deep.equal(['udp/a']);
    expect(judgeLane(lane, 1, results)).to.deep.equal(['udp: expected udp/a to fail, observed flaky']);
  });

  it('tell a run that left nothing', () => {
    expect(judgeLane(lane, undefined, undefined)).to.deep.equal([
      'udp: expected exit 1, observed none (killed)',
      'udp: expected udp/a to fail, observed not run',
    ]);
  });

  it('have names of their own and prove something', () => {
    expect(new Set(lanes.map(({ name }) => name)).size).to.equal(lanes.length);
    for (const { verdicts } of lanes) expect(Object.keys(verdicts)).not.to.be.empty;
  });
});
