import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createSteps } from '../process/steps.ts';
import { localWatcher } from './apiserver-watchers.ts';
import { firstUpdateOf } from './testdata/first-update.ts';

describe('the first update of a soak', () => {
  // The twins in other languages have to be built: apiserver-watchers.cluster.test.ts has them.
  it('waits for the first list, which would find it and accuse the client of a miss', async () => {
    const options = { steps: createSteps(() => undefined), signal: AbortSignal.timeout(30_000) };
    const { order, summary } = await firstUpdateOf(await localWatcher('client-node', options));
    expect(order.slice(0, 2)).to.deep.equal(['list', 'listed']);
    expect(order).to.include('update');
    expect(summary).to.include({ verdict: 'pass', updates: 1, missed: 0 });
  }).timeout(60_000);
});
