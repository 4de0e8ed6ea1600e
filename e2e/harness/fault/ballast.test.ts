import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { NpaLogLine } from '../evidence/npa-log.ts';
import { ballastSize, deleteRate } from './ballast.ts';

const room = { conntrackMax: 262_144, conntrackCount: 200, mapSize: 524_288 };
const tuple = { sourceIp: '10.0.0.1', sourcePort: 1, destinationIp: '10.0.0.2', destinationPort: 2, protocol: 17 };
const deletes = (count: number, fromMs: number, everyMs: number): NpaLogLine[] =>
  Array.from({ length: count }, (_, index) => ({
    type: 'delete',
    tuple,
    owner: tuple.sourceIp,
    consecutive: false,
    atMs: fromMs + index * everyMs,
  }));

describe('ballast', () => {
  it('asks for as many tuples as the agent deletes in seven seconds', () => {
    expect(ballastSize({ ...room, rate: 10_000 })).to.equal(70_000);
    expect(ballastSize({ ...room, rate: undefined })).to.equal(98_000);
  });

  it('stays within half of what the kernel and the map have free', () => {
    expect(ballastSize({ ...room, rate: 50_000 })).to.equal(120_000);
    expect(ballastSize({ ...room, rate: 50_000, conntrackMax: 100_200 })).to.equal(50_000);
    expect(ballastSize({ ...room, rate: 50_000, mapSize: 32_768 })).to.equal(16_384);
    expect(ballastSize({ ...room, rate: 10 })).to.equal(20_000);
  });

  it('measures the rate by the largest pass, and not by a handful of deletes', () => {
    const done: NpaLogLine = { type: 'pass-done', atMs: 0 };
    expect(deleteRate([...deletes(1001, 0, 1), done, ...deletes(2001, 5000, 2), done])).to.be.closeTo(500, 1);
    expect(deleteRate([...deletes(10, 0, 1), done])).to.equal(undefined);
  });
});
