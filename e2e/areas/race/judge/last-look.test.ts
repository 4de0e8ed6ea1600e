import { expect } from 'chai';
import { describe, it } from 'mocha';
import { judgingContext } from '../../../harness/run/testdata/judging-context.ts';
import { lastLook } from './last-look.ts';

async function looked(left: readonly number[], withinMs: number) {
  const { t } = judgingContext();
  let looks = 0;
  const last = await lastLook(
    t,
    { withinMs, everyMs: 1 },
    () => Promise.resolve(left[Math.min(looks++, left.length - 1)] ?? 0),
    (rows) => rows === 0,
  );
  return { looks, ...last };
}

describe('the last look', () => {
  it('is the first that sees nothing any more', async () => {
    const { looks, seen, durationMs } = await looked([3, 1, 0, 5], 60_000);
    expect([looks, seen]).to.deep.equal([3, 0]);
    expect(durationMs).to.be.within(1, 5000);
    expect((await looked([0], 0)).looks).to.equal(1);
  });

  it('ends after the time is over where it never goes', async () => {
    const { looks, seen, durationMs } = await looked([3, 2], 30);
    expect(seen).to.equal(2);
    expect(looks).to.be.greaterThan(1);
    expect(durationMs).to.be.greaterThan(30);
  });
});
