import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { AttemptLine, Json } from '../harness/run/result-schema.ts';
import { compareWatchRuns, comparisonText } from './watch-comparison.ts';

const cell = (client: string, verdict: string, more: Readonly<Record<string, Json>> = {}): Json => ({
  ...{ client, verdict, profile: 'gcp-silent', path: 'public', fate: { kind: 'lost' } },
  ...more,
});
const run = (...cells: readonly Json[]): readonly AttemptLine[] => [
  {
    type: 'attempt',
    spec: { tags: ['watch'] },
    evidence: cells.map((data) => ({ at: 0, kind: 'watch-cell', lane: 'c', summary: '', data })),
  } as unknown as AttemptLine,
];

describe('two runs of the watch area', () => {
  it('with the same verdicts are the same, and the times are set beside each other', () => {
    const comparison = compareWatchRuns(
      run(cell('kubectl', 'pass', { detectionMs: 1000 }), cell('curl', 'expected-fail')),
      run(cell('curl', 'expected-fail'), cell('kubectl', 'pass', { detectionMs: 3500 })),
    );
    expect(comparison).to.deep.equal({
      shared: 2,
      different: [],
      undecided: [],
      paths: [
        {
          ...{ path: 'API, public', cells: 2, same: 2, median: 2500, most: 2500 },
          verdicts: { pass: 1, 'expected-fail': 1 },
        },
      ],
    });
    expect(comparisonText(comparison).split('\n').at(-1)).to.equal(
      '| API, public | 2 | 2 | 1 pass, 1 expected-fail | 2.5 s / 2.5 s |',
    );
  });

  it('differ in a verdict, in a cell that one of them lacks, and are open where a cell is', () => {
    const comparison = compareWatchRuns(
      run(cell('kubectl', 'pass'), cell('curl', 'inconclusive'), cell('python', 'pass')),
      run(cell('kubectl', 'fail'), cell('curl', 'inconclusive')),
    );
    expect(comparison.different.map(({ client }) => client)).to.deep.equal(['kubectl', 'python']);
    expect(comparison.undecided.map(({ client }) => client)).to.deep.equal(['curl', 'python']);
    expect(comparisonText(comparison)).to.include('- API, public, kubectl through gcp-silent: PASS / FAIL');
    expect(comparisonText(comparison)).to.include('- API, public, python through gcp-silent: PASS / no cell');
  });
});
