import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { NpaLogLine } from './npa-log.ts';
import { reversed } from './npa-log.ts';
import { accountRace, type RaceObservation } from './race-account.ts';
import { flowOfTuple, type RaceFlows, readRanges, tupleOfFlow, writeRanges } from './race-flow-set.ts';

const flows: RaceFlows = {
  protocol: 'tcp',
  clientIp: '10.244.1.2',
  serverIp: '10.244.2.3',
  clientPorts: { first: 20_000, count: 5 },
  serverPorts: { first: 7000, count: 1 },
};
const owner = flows.clientIp;
const deleteLine = (flow: number, atMs: number, by = owner): NpaLogLine => ({
  type: 'delete',
  tuple: tupleOfFlow(flows, flow),
  owner: by,
  consecutive: false,
  atMs,
});
const denyLine = (flow: number, atMs: number): NpaLogLine => ({
  type: 'verdict',
  verdict: 'DENY',
  direction: 'ingress',
  tuple: reversed(tupleOfFlow(flows, flow)),
  atMs,
});
const seen = (more: Partial<RaceObservation>): RaceObservation => ({
  flows,
  owner,
  log: [],
  aliveAtMs: new Map([0, 1, 2, 3, 4].map((flow) => [flow, 1000])),
  reopenedFromMs: 950,
  heard: new Set([0, 1, 2, 3, 4]),
  healed: new Set(),
  spokeAtMs: 2000,
  ...more,
});

describe('account of a race', () => {
  it('calls a flow a victim when it was deleted alive and heard nothing', () => {
    const account = accountRace(
      seen({
        log: [deleteLine(0, 900), deleteLine(1, 1100), deleteLine(2, 1300), denyLine(1, 2001)],
        heard: new Set([0, 2, 3, 4]),
        healed: new Set([1]),
      }),
    );
    expect([...account.deletedBefore]).to.deep.equal([0]);
    expect([...account.deletedAlive]).to.deep.equal([1, 2]);
    expect([...account.victims]).to.deep.equal([1]);
    expect([...account.denied]).to.deep.equal([1]);
    expect([...account.healed]).to.deep.equal([1]);
    expect(account.windowMs).to.equal(200);
  });

  it('sets the key in flight at the stop apart', () => {
    const account = accountRace(
      seen({ stoppedAtMs: 950, log: [deleteLine(0, 900), deleteLine(3, 940)], heard: new Set([0, 1, 2, 4]) }),
    );
    expect([...account.inFlight]).to.deep.equal([3]);
    expect([...account.victims, ...account.otherCause]).to.deep.equal([]);
    expect([...account.deletedBefore]).to.deep.equal([0]);
  });

  it('sets the first delete after the stop apart too, whose check may lie before it, and no later one', () => {
    const log = [deleteLine(0, 900), deleteLine(3, 940), deleteLine(1, 1300), deleteLine(2, 1301)];
    const heard = new Set([0, 3, 4]);
    const account = accountRace(seen({ stoppedAtMs: 950, log, heard }));
    expect([...account.inFlight]).to.deep.equal([3, 1]);
    expect([...account.victims]).to.deep.equal([2]);
    const spared = { ...deleteLine(4, 1299), type: 'skip' } as NpaLogLine;
    const checked = accountRace(seen({ stoppedAtMs: 950, log: [...log.slice(0, 2), spared, ...log.slice(2)], heard }));
    expect([...checked.inFlight]).to.deep.equal([3]);
    expect([...checked.victims]).to.deep.equal([1, 2]);
  });

  it('takes what the agent did before it obeyed its stop for before the stop', () => {
    // Seen with npa@1.4.3: the stop was sent at .666, 17 more deletes came at .670, and the first after the release at 56.117.
    const log = [deleteLine(0, 950), deleteLine(3, 954), deleteLine(4, 954), deleteLine(1, 1400), deleteLine(2, 1401)];
    const account = accountRace(seen({ stoppedAtMs: 950, log, heard: new Set([0, 2, 3, 4]) }));
    expect([...account.inFlight]).to.deep.equal([4, 1]);
    expect([...account.victims, ...account.otherCause]).to.deep.equal([]);
  });

  it('never blames the race for a cut without a delete line, or with one for another owner or too late', () => {
    const account = accountRace(
      seen({ log: [deleteLine(1, 1100, '10.244.2.3'), deleteLine(2, 2100)], heard: new Set([0, 3, 4]) }),
    );
    expect([...account.victims]).to.deep.equal([]);
    expect([...account.otherCause]).to.deep.equal([1, 2]);
  });

  it('counts a delete in the very millisecond of the re-opening as before it', () => {
    const account = accountRace(seen({ log: [deleteLine(1, 950)], heard: new Set([0, 2, 3, 4]) }));
    expect([...account.victims]).to.deep.equal([]);
  });

  it('knows that a cut flow was alive when its key went, even if its opening was noticed later', () => {
    const account = accountRace(seen({ log: [deleteLine(1, 980), deleteLine(2, 980)], heard: new Set([0, 2, 3, 4]) }));
    expect([...account.victims]).to.deep.equal([1]);
    expect([...account.deletedBefore]).to.deep.equal([2]);
  });
});

describe('flows of a race', () => {
  it('finds a flow by its tuple, in its own direction and protocol only', () => {
    expect(flowOfTuple(flows, tupleOfFlow(flows, 4))).to.equal(4);
    expect(flowOfTuple(flows, reversed(tupleOfFlow(flows, 4)))).to.equal(undefined);
    expect(flowOfTuple(flows, { ...tupleOfFlow(flows, 4), protocol: 17 })).to.equal(undefined);
    expect(flowOfTuple(flows, { ...tupleOfFlow(flows, 4), sourcePort: 20_005 })).to.equal(undefined);
  });

  it('reads and writes ranges', () => {
    expect(readRanges('0-2,7')).to.deep.equal([0, 1, 2, 7]);
    expect(writeRanges(new Set([7, 2, 1, 0]))).to.equal('0-2,7');
    expect(writeRanges([])).to.equal('');
  });
});
