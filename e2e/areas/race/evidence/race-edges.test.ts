/** Edges of a race's account: found by `npm run prove -- mutation`. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { NpaLogLine } from './npa-log.ts';
import { reversed } from './npa-log.ts';
import { accountRace, type RaceObservation } from './race-account.ts';
import { flowOfTuple, type RaceFlows, raceFlowCount, readRanges, tupleOfFlow, writeRanges } from './race-flow-set.ts';

const flows: RaceFlows = {
  protocol: 'tcp',
  clientIp: '10.244.1.2',
  serverIp: '10.244.2.3',
  clientPorts: { first: 20_000, count: 3 },
  serverPorts: { first: 7000, count: 4 },
};
const owner = flows.clientIp;
const elsewhere = { ...tupleOfFlow(flows, 0), sourceIp: '10.244.9.9' };
const line = (type: 'delete' | 'skip', flow: number, atMs: number, tuple = tupleOfFlow(flows, flow)): NpaLogLine => ({
  type,
  tuple,
  owner,
  consecutive: false,
  atMs,
});
const verdict = (word: string, flow: number, tuple = tupleOfFlow(flows, flow)): NpaLogLine =>
  ({ type: 'verdict', verdict: word, direction: 'ingress', tuple: reversed(tuple), atMs: 1 }) as unknown as NpaLogLine;
const account = (more: Partial<RaceObservation>) =>
  accountRace({
    ...{ flows, owner, log: [], reopenedFromMs: 950, healed: new Set<number>(), spokeAtMs: 2000 },
    aliveAtMs: new Map([0, 1, 2, 3].map((flow) => [flow, 1000])),
    heard: new Set([0, 1, 2, 3]),
    ...more,
  });

describe('the grid of flows', () => {
  it('is a number for each tuple and back, over rows and columns', () => {
    expect(raceFlowCount(flows)).to.equal(12);
    for (let flow = 0; flow < 12; flow++) expect(flowOfTuple(flows, tupleOfFlow(flows, flow))).to.equal(flow);
    expect(tupleOfFlow(flows, 7)).to.include({ sourcePort: 20_001, destinationPort: 7003, protocol: 6 });
  });

  it('knows no tuple beside it', () => {
    const tuple = tupleOfFlow(flows, 5);
    for (const other of [
      ...[{ sourceIp: '10.0.0.1' }, { destinationIp: '10.0.0.1' }, { protocol: 17 }],
      ...[{ sourcePort: 19_999 }, { sourcePort: 20_003 }, { destinationPort: 6999 }, { destinationPort: 7004 }],
    ])
      expect(flowOfTuple(flows, { ...tuple, ...other }), JSON.stringify(other)).to.equal(undefined);
  });

  it('is written in ranges', () => {
    expect(writeRanges([5, 0, 1, 2])).to.equal('0-2,5');
    expect(writeRanges([0, 2, 4])).to.equal('0,2,4');
    expect(writeRanges([])).to.equal('');
    expect(readRanges('')).to.deep.equal([]);
    expect(readRanges('0-2,5')).to.deep.equal([0, 1, 2, 5]);
  });
});

describe('the account of a race, line by line', () => {
  it('counts a DENY of our own flow, and no other verdict', () => {
    const seen = account({ log: [verdict('DENY', 1), verdict('ACCEPT', 2), verdict('DENY', 0, elsewhere)] });
    expect([...seen.denied]).to.deep.equal([1]);
  });

  it('counts deletes of the owner’s flows alone', () => {
    const foreign = { ...line('delete', 1, 1100), owner: 'other' } as NpaLogLine;
    const seen = account({
      log: [foreign, line('delete', 0, 1100, elsewhere), verdict('DENY', 3)],
      heard: new Set([0]),
    });
    expect(seen.deletedAlive.size + seen.deletedBefore.size + seen.skipped.size).to.equal(0);
    expect([...seen.otherCause]).to.deep.equal([1, 2, 3]);
  });

  it('keeps what a re-check kept apart from what was deleted', () => {
    const seen = account({ log: [line('skip', 1, 1100), line('delete', 2, 1100)] });
    expect([...seen.skipped]).to.deep.equal([1]);
    expect([...seen.deletedAlive]).to.deep.equal([2]);
  });

  it('has a key in flight only where the agent was stopped: the last delete up to that moment, the first after it', () => {
    const log = [line('delete', 1, 1100), line('delete', 2, 1200), line('skip', 0, 1201), line('delete', 3, 1202)];
    expect([...account({ log }).inFlight]).to.deep.equal([]);
    expect([...account({ log, stoppedAtMs: 1200 }).inFlight]).to.deep.equal([2]);
    const cut = account({ log, stoppedAtMs: 1200, heard: new Set([0]) });
    expect([...cut.victims]).to.deep.equal([1, 3]);
    expect([...cut.otherCause]).to.deep.equal([]);
  });

  it('is about deletes after a flow was alive, up to the moment when the server spoke', () => {
    const heardNothing = account({
      log: [line('delete', 0, 950), line('delete', 1, 951), line('delete', 2, 2000), line('delete', 3, 2001)],
      heard: new Set(),
    });
    expect([...heardNothing.deletedBefore]).to.deep.equal([0]);
    expect([...heardNothing.deletedAlive]).to.deep.equal([1, 2]);
    expect(heardNothing.windowMs).to.equal(1049);
    const heard = account({ log: [line('delete', 0, 1000), line('delete', 1, 1001), line('delete', 7, 1500)] });
    expect([...heard.deletedBefore]).to.deep.equal([0, 7]);
    expect([...heard.deletedAlive]).to.deep.equal([1]);
    expect(account({}).windowMs).to.equal(0);
  });

  it('heals what was cut and heard later, and nothing else', () => {
    const seen = account({ heard: new Set([0, 1]), healed: new Set([1, 2]) });
    expect([...seen.cut]).to.deep.equal([2, 3]);
    expect([...seen.healed]).to.deep.equal([2]);
  });
});
