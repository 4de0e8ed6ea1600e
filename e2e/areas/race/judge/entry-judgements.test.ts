import { expect } from 'chai';
import { describe, it } from 'mocha';
import { judgeApart, judgeBounded, judgeIdleKept, type IdleFlows, type Twins } from './entry-judgements.ts';
import { judgeStaleGone, type StaleEntries } from './stale-entries.ts';
import { endingOf, stage } from './testdata/outcome-of.ts';

describe('entries of idle flows', () => {
  const judge = (seen: Partial<IdleFlows>) =>
    endingOf((t) =>
      judgeIdleKept(t, stage, {
        ...{ protocol: 'udp', count: 200, inKernel: 200, entries: 200, deaf: 0, durationMs: 1 },
        ...seen,
      }),
    );

  it('have to stay while the kernel tracks the flows', () => {
    expect(judge({}).said).to.equal('idle-entry-kept kept');
    expect(judge({ entries: 199, deaf: 1 }).said).to.equal('idle-entry-kept entries-deleted');
    const { said, kept } = judge({ deaf: 1 });
    expect(said).to.equal('idle-entry-kept flows-cut');
    expect(kept.judgements[0]).to.deep.include({ facts: { protocol: 'udp' }, measures: { entries: 200, deaf: 1 } });
  });

  it('are nobody’s where the kernel itself forgot', () => {
    expect(judge({ inKernel: 198, entries: 198 }).said).to.equal('the kernel itself forgot 2 udp flows');
  });
});

describe('entries of flows that ended', () => {
  const judge = (seen: Partial<StaleEntries>) =>
    endingOf((t) =>
      judgeStaleGone(t, stage, {
        ...{ count: 400, left: 0, periods: 3, periodMs: 10_000, tookMs: 12_000, machineMs: 500 },
        ...seen,
      }),
    );

  it('have to go within the agent’s own periods, however slow the machine is', () => {
    expect(judge({}).said).to.equal('stale-entries-gone gone');
    expect(judge({ tookMs: 30_000 }).said).to.equal('stale-entries-gone gone');
    expect(judge({ tookMs: 30_501 }).said).to.equal('stale-entries-gone gone-late');
    const { said, kept } = judge({ tookMs: 40_000, left: 12 });
    expect(said).to.equal('stale-entries-gone entries-stay');
    expect(kept.judgements[0]?.measures).to.deep.equal({ left: 12 });
    expect(kept.findings[0]?.expected).to.contain('within 3 cleanup periods (30000 ms)');
  });

  it('are neither in time nor late where the machine may have taken what is over the bound', () => {
    expect(judge({ tookMs: 30_400 }).said).to.match(/took 30400 ms, bound 30000 ms; .* waited 500 ms/);
    expect(judge({ tookMs: 59_000, machineMs: undefined }).said).to.match(/could not be read/);
    expect(judge({ tookMs: 61_000, machineMs: undefined }).said).to.equal('stale-entries-gone gone-late');
  });
});

describe('flows that differ in their protocol alone', () => {
  const judge = (seen: Partial<Twins>) =>
    endingOf((t) =>
      judgeApart(t, stage, {
        ...{ count: 100, firstPort: 12_000, ended: 'udp', alive: 'tcp', cycles: 3, durationMs: 1 },
        ...{ aliveInKernel: 100, staleEntries: 0, aliveEntries: 100, deaf: 0 },
        ...seen,
      }),
    );

  it('do not stand for each other', () => {
    expect(judge({}).said).to.equal('protocols-apart apart');
    expect(judge({ staleEntries: 1 }).said).to.equal('protocols-apart stale-entries-stay');
    expect(judge({ aliveEntries: 99, deaf: 1, staleEntries: 1 }).said).to.equal('protocols-apart live-entries-deleted');
    expect(judge({ deaf: 1, staleEntries: 1 }).said).to.equal('protocols-apart live-flows-cut');
    expect(judge({ aliveInKernel: 99 }).said).to.equal('the kernel itself forgot 1 tcp flows');
  });
});

describe('entries of ports that come and go', () => {
  const judge = (counts: readonly number[], filled = 6400) =>
    endingOf((t) => judgeBounded(t, stage, { aRound: 6400, counts, filled }));

  it('are no more than those of two rounds, but for the first', () => {
    expect(judge([20_000, 12_800, 6400]).said).to.equal('map-bounded bounded');
    const { said, kept } = judge([6400, 12_801, 6400]);
    expect(said).to.equal('map-bounded fills-up');
    expect(kept.judgements[0]?.measures).to.deep.equal({ worst: 12_801 });
  });

  it('show nothing where the flows never entered the map', () => {
    expect(judge([0, 0], 5759).said).to.match(/at most 5759 of 6400 entries/);
    expect(judge([0, 0], 5760).said).to.equal('map-bounded bounded');
  });
});
