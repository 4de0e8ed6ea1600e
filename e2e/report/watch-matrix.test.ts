import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { AttemptLine, Json } from '../harness/run/result-schema.ts';
import { watchMatrix } from './watch-matrix.ts';

const attempt = (tags: readonly string[], ...cells: readonly Json[]): AttemptLine =>
  ({
    type: 'attempt',
    spec: { tags },
    evidence: cells.map((data) => ({ at: 0, kind: 'watch-cell', lane: 'c', summary: '', data })),
  }) as unknown as AttemptLine;

describe('the watch matrix', () => {
  it('has a row a client and a column a profile, with the numbers', () => {
    const cell = { client: 'curl', path: 'public' };
    const text = watchMatrix([
      attempt(['tcp'], {
        ...cell,
        profile: 'azure-reset',
        verdict: 'pass',
        detectionMs: 4,
        recoveryMs: 2100,
        fate: { kind: 'lost' },
      }),
      attempt(['tcp'], {
        ...cell,
        profile: 'gcp-silent',
        verdict: 'expected-fail',
        undetectedForMs: 30_000,
        fate: { kind: 'lost' },
      }),
      attempt([], { ...cell, client: 'client-go', profile: 'azure-reset', verdict: 'pass', fate: { kind: 'kept' } }),
    ]);
    expect(text?.split('\n')).to.deep.equal([
      '| TCP, public | azure-reset | gcp-silent |',
      '| --- | --- | --- |',
      '| curl | PASS, noticed 0.0 s, next event 2.1 s | known FAIL, unnoticed > 30.0 s |',
      '',
      '| API, public | azure-reset |',
      '| --- | --- |',
      '| client-go | PASS, kept alive |',
    ]);
  });
  it('names a known failure of a client by what the engine matched', () => {
    const cell = (client: string) => ({ client, path: 'public', profile: 'aws-nlb', verdict: 'fail' });
    const known = [{ of: 'a', defect: { id: 'D-1', reason: 'r', link: 'https://example.org/1' }, met: true }];
    const text = watchMatrix([{ ...attempt(['tcp'], cell('a'), cell('b')), known }]);
    expect(text?.split('\n').slice(2)).to.deep.equal(['| a | known FAIL |', '| b | FAIL |']);
  });
  it('is nothing without cells', () => expect(watchMatrix([attempt(['watch'])])).to.equal(undefined));
});
