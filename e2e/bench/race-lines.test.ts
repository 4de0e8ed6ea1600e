import { expect } from 'chai';
import { describe, it } from 'mocha';
import { holdsBar } from './bench-line.ts';
import { ratiosOf } from './bench-ratios.ts';
import { raceLines } from './race-lines.ts';
import type { RaceSample } from './race-samples.ts';

function sample(cell: string, verdict: string, cut: number, ms = 20_000): RaceSample {
  const measures = { 'cut by the cleanup': cut, 'verdict after': ms, 'memory of the driver': 90 };
  return { cell, wall: '2026-01-01T00:00:00Z', verdict, measures };
}
const text = (samples: readonly RaceSample[]): readonly string[] =>
  raceLines(samples).map(
    (line) => `${line.what} = ${line.value} ${line.unit}${line.bar === undefined ? '' : holdsBar(line) ? ' ✓' : ' ✗'}`,
  );

describe('lines of the race benchmark', () => {
  it('count an inconclusive run as a wrong verdict and leave its share out', () => {
    const inconclusive = { ...sample('1.4.1-held', 'inconclusive', 0), measures: {} };
    expect(text([sample('1.4.1-held', 'fail', 1998), sample('1.4.1-held', 'fail', 1990), inconclusive])).to.deep.equal([
      'npa@1.4.1 held: share of 2,000 flows cut in one iteration = 0.997 share ✓',
      'npa@1.4.1 held: runs at or beyond that bar, of 3 = 2 runs ✗',
      'npa@1.4.1 held: right verdicts of 2,000 flows, of 3 runs = 2 runs ✗',
      'npa@1.4.1 held: verdict of 2,000 flows after = 2 cleanup periods ✓',
      'npa@1.4.1 held: detections of 2,000 flows = 3 1/min',
      'memory of the driver, most of all runs = 90 MiB ✓',
    ]);
  });

  it('set detections beside those by chance, for bench:check', () => {
    const chance = { ...sample('1.4.1-natural', 'fail', 9), measures: { 'detections a minute': 1.5 } };
    expect(ratiosOf({ lines: raceLines([sample('1.4.1-held', 'fail', 1998), chance]) })).to.deep.equal([
      {
        what: 'npa@1.4.1 held: detections of 2,000 flows / npa@1.4.1 by chance: detections',
        value: 2,
        spread: [2, 2],
        better: 'more',
      },
    ]);
  });

  it('hold a fixed agent to nothing cut', () => {
    expect(text([sample('1.4.3-ballast', 'pass', 0)])).to.include(
      'npa@1.4.3 ballast: share of 2,000 flows cut in one iteration = 0 share ✓',
    );
    expect(text([sample('1.4.3-ballast', 'fail', 1)])).to.include(
      'npa@1.4.3 ballast: runs at or beyond that bar, of 1 = 0 runs ✗',
    );
  });
});
