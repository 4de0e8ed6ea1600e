import { expect } from 'chai';
import { describe, it } from 'mocha';
import { tallyOfStep } from './test-tally.ts';

describe('the tally of a test run', () => {
  it('is what it counted, when its exit code agrees', () => {
    expect(tallyOfStep('x\n900 passed, 0 failed, 3 skipped\n', 0)).to.deep.equal({
      tally: { passed: 900, failed: 0, skipped: 3 },
    });
    expect(tallyOfStep('1 passed, 2 failed, 0 skipped', 1)).to.deep.equal({
      tally: { passed: 1, failed: 2, skipped: 0 },
    });
  });

  it('has one failure more when it died after its counts', () => {
    for (const exit of [139, 1, undefined])
      expect(tallyOfStep('900 passed, 0 failed, 3 skipped\nSegmentation fault\n', exit).tally).to.deep.equal({
        ...{ passed: 900, failed: 1, skipped: 3 },
      });
    expect(tallyOfStep('5 passed, 1 failed, 0 skipped', 139)).to.deep.equal({
      tally: { passed: 5, failed: 2, skipped: 0 },
      wrong: 'ended with exit code 139 after "5 passed, 1 failed, 0 skipped"',
    });
  });

  it('is a failure where nothing was counted, whatever the exit code', () => {
    for (const exit of [0, 1, undefined])
      expect(tallyOfStep(undefined, exit).tally).to.deep.equal({ passed: 0, failed: 1, skipped: 0 });
    expect(tallyOfStep('dots', 0).wrong).to.contain('no closing line');
  });
});
