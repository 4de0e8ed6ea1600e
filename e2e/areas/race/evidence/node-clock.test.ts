import { expect } from 'chai';
import { describe, it } from 'mocha';
import { clockAheadMs } from './node-clock.ts';

const signal = new AbortController().signal;
const node = (...says: readonly (() => string)[]) => {
  let read = 0;
  return { name: 'worker', run: () => Promise.resolve(says[read++ % says.length]?.() ?? '') };
};
const shifted = (ms: number) => () => ((Date.now() + ms) / 1000).toFixed(6);

describe("a node's clock", () => {
  it('is read where it may be another than ours', async () => {
    expect(await clockAheadMs({ provider: 'existing' }, node(shifted(5000)), signal)).to.be.closeTo(5000, 200);
    expect(await clockAheadMs({ provider: 'existing' }, node(shifted(-90_000)), signal)).to.be.closeTo(-90_000, 200);
  });

  it('is ours on kind, so that a slow answer of a busy node is no difference', async () => {
    expect(await clockAheadMs({ provider: 'kind' }, node(shifted(5000)), signal)).to.equal(0);
  });

  it('is not taken for ours where it cannot be read', async () => {
    const broken = await clockAheadMs(
      { provider: 'existing' },
      node(() => ''),
      signal,
    ).catch(String);
    expect(broken).to.contain('the clock of worker cannot be read');
  });
});
