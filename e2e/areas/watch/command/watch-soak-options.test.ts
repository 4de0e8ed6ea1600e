import { expect } from 'chai';
import { describe, it } from 'mocha';
import { UsageError } from '../../../harness/run/usage-error.ts';
import { readSoakOptions } from './watch-soak-options.ts';

describe('soak options', () => {
  it('are a day at ten minutes on both paths by default', () => {
    expect(readSoakOptions(['soak'])).to.deep.include({
      hours: 24,
      intervalSeconds: 600,
      deadlineSeconds: 10,
      clients: ['client-node'],
      paths: ['public', 'private'],
    });
  });
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /nothing: the one thing to run is soak/],
    [['run'], /run: the one thing/],
    [['soak', '--hours', 'x'], /--hours x: a number/],
    [['soak', '--interval', '0'], /--interval 0: a number/],
    [['soak', '--client', 'client-rust'], /allowed are client-node, client-go, python-client/],
    [['soak', '--path', 'side'], /allowed are public, private, both/],
    [['soak', '--hours', '0.1'], /ends before the first --interval/],
    [['soak', '--colour', 'red'], /colour/],
  ];
  for (const [argv, message] of wrong)
    it(`refuse ${argv.join(' ') || 'nothing'}`, () =>
      expect(() => readSoakOptions(argv)).to.throw(UsageError, message));
});
