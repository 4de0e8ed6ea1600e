import { expect } from 'chai';
import { describe, it } from 'mocha';
import { ballastSize } from './ballast.ts';

const room = { conntrackMax: 262_144, conntrackCount: 200, mapSize: 524_288 };

describe('ballast', () => {
  it('asks for as many tuples as the agent deletes in seven seconds', () => {
    expect(ballastSize({ ...room, rate: 10_000 })).to.equal(70_000);
    expect(ballastSize({ ...room, rate: undefined })).to.equal(120_000);
  });

  it('stays within half of what the kernel and the map have free', () => {
    expect(ballastSize({ ...room, rate: 50_000 })).to.equal(120_000);
    expect(ballastSize({ ...room, rate: 50_000, conntrackMax: 100_200 })).to.equal(50_000);
    expect(ballastSize({ ...room, rate: 50_000, mapSize: 32_768 })).to.equal(16_384);
    expect(ballastSize({ ...room, rate: 10 })).to.equal(20_000);
  });
});
