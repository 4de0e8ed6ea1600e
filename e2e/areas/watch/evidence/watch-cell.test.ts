import { expect } from 'chai';
import { describe, it } from 'mocha';
import { profileNamed } from '../profiles/profile.ts';
import { judgeCell, undecidedCell, type CellObservation } from './watch-cell.ts';
import type { ClientLine } from './watch-client-line.ts';
import type { FlowHistory } from './watch-flow.ts';

const flow = (more: Partial<FlowHistory> = {}): FlowHistory => ({
  clientEnd: '10.0.0.1:1',
  serverEnd: '10.0.1.1:6443',
  segments: [],
  openedAt: 0,
  resets: [],
  fins: [],
  keepalives: [],
  lost: [],
  ...more,
});
const resetFlow = flow({ resets: [{ at: 45_000, towards: 'client', seq: 1, injected: true, exact: true }] });
const line = (type: ClientLine['type'], wall: number, more: Partial<ClientLine> = {}): ClientLine => ({
  type,
  cell: 'c',
  wall,
  ...more,
});
const first = line('update', 10, { n: 0, via: 'list' });
const cell = (more: Partial<CellObservation>): CellObservation => ({
  client: 'client-node@1.4.0',
  profile: profileNamed('azure-reset'),
  path: 'public',
  idleSeconds: 45,
  lines: [first],
  flows: [resetFlow],
  updates: [{ n: 1, at: 47_000 }],
  until: 80_000,
  ...more,
});

describe('a cell', () => {
  it('passes when the loss is noticed and the update seen', () => {
    const lines = [first, line('loss', 45_010, { code: 'ECONNRESET' }), line('update', 47_100, { n: 1, via: 'watch' })];
    const result = judgeCell(cell({ lines }));
    expect(result).to.include({ verdict: 'pass', outcome: 'recovered', detectionMs: 10, recoveryMs: 2100 });
  });
  it('passes when a pool answers the next list without a word about the loss', () => {
    const result = judgeCell(cell({ lines: [first, line('update', 48_000, { n: 1, via: 'list' })], updates: [] }));
    expect(result).to.include({ verdict: 'pass', detectionMs: 3000 });
  });
  it('passes when a client connects anew without a word', () => {
    const lines = [first, line('update', 47_100, { n: 1, via: 'watch' })];
    const result = judgeCell(cell({ lines, flows: [resetFlow, flow({ openedAt: 46_000 })] }));
    expect(result).to.include({ verdict: 'pass', detectionMs: 1000, recoveryMs: 2100 });
  });
  it('passes when a client connects anew within a millisecond', () => {
    const lines = [first, line('update', 47_100, { n: 1, via: 'watch' })];
    const result = judgeCell(cell({ lines, flows: [resetFlow, flow({ openedAt: 45_000.75 })] }));
    expect(result).to.include({ verdict: 'pass', detectionMs: 0.75 });
  });
  it('is about the connection on which the client asked last, not about a spare one of its pool', () => {
    const asked = (clientEnd: string, openedAt: number, more: Partial<FlowHistory> = {}): FlowHistory => {
      const sent = { towards: 'server', side: 'client', length: 300, flags: {} };
      const heard = { towards: 'client', side: 'client', length: 300, flags: {} };
      const segments = [
        { at: openedAt, ...sent },
        ...(more.resets === undefined ? [20_000, 47_050] : []).map((at) => ({ at, ...heard })),
      ];
      return flow({ clientEnd, openedAt, segments: segments as never, ...more });
    };
    const { resets } = resetFlow;
    const lines = [first, line('update', 47_100, { n: 1, via: 'watch' })];
    const [spare, watch] = [asked('10.0.0.1:1', 0, { resets }), asked('10.0.0.1:2', 100)];
    const kept = judgeCell(cell({ lines, flows: [spare, watch] }));
    expect(kept).to.include({ verdict: 'pass' }).and.have.nested.property('fate.kind', 'kept');
    const other = judgeCell(cell({ lines, flows: [asked('10.0.0.1:1', 0), asked('10.0.0.1:2', 100, { resets })] }));
    expect(other, 'the watch is the lost one').to.include({ verdict: 'fail' });
    const [early] = resets;
    const late = early === undefined ? [] : [{ ...early, at: 46_000 }];
    const both = judgeCell(cell({ flows: [spare, asked('10.0.0.1:2', 100, { resets: late })] }));
    expect(both.fate, 'both are lost, the watch later').to.include({ at: 46_000, connection: '10.0.0.1:2' });
  });
  // A pool that closes a connection of its own asks nothing by it, and where the balancer has forgotten it that is what it resets.
  it('does not take a packet that the balancer dropped for an ask', () => {
    const sent = { towards: 'server', side: 'client', length: 300, flags: {} };
    const closing = flow({
      ...{ resets: resetFlow.resets, lost: [{ at: 44_999.9, from: 'client' as const, length: 40 }] },
      segments: [
        { at: 0, ...sent },
        { at: 44_999.9, ...sent, length: 40 },
      ] as never,
    });
    const watch = flow({
      ...{ clientEnd: '10.0.0.1:2', openedAt: 100 },
      segments: [100, 20_000, 40_000, 60_000].map((at) => ({ at, ...sent })) as never,
    });
    const lines = [first, line('update', 47_100, { n: 1, via: 'watch' })];
    expect(judgeCell(cell({ lines, flows: [closing, watch] }))).to.have.nested.property('fate.kind', 'kept');
  });
  // A proxy has two connections for each: nothing that enters it leaves it as it came.
  it('takes every packet for an ask where a proxy stands between', () => {
    const sent = { towards: 'server', side: 'client', length: 300, flags: {} };
    const heard = { towards: 'client', side: 'client', length: 300, flags: {} };
    const asked = (clientEnd: string, times: readonly number[], more: Partial<FlowHistory> = {}) =>
      flow({
        ...{ clientEnd, openedAt: times[0] ?? 0 },
        segments: [...times.map((at) => ({ at, ...sent })), { at: 60_000, ...heard }] as never,
        lost: times.map((at) => ({ at, from: 'client' as const, length: 300 })),
        ...more,
      });
    const spare = asked('10.0.0.1:1', [0], { fins: [{ at: 45_000, towards: 'client', injected: true }] });
    const watch = asked('10.0.0.1:2', [100, 30_000, 60_000]);
    const lines = [first, line('update', 47_100, { n: 1, via: 'watch' })];
    const seen = judgeCell(cell({ profile: profileNamed('proxy-fin'), lines, flows: [spare, watch] }));
    expect(seen).to.have.nested.property('fate.kind', 'kept');
  });
  it('is decided for a pool when its second answer came, whatever the number in it', () => {
    const answers = [first, line('update', 58_000, { n: 0, via: 'list' })];
    const pool = { profile: profileNamed('none'), flows: [flow()], updates: [] };
    expect(judgeCell(cell({ ...pool, lines: answers })).verdict).to.equal('pass');
    expect(judgeCell(cell({ ...pool, lines: [first] })).verdict).to.equal('inconclusive');
  });
  it('does not take what the old connection delivers for a sign of notice', () => {
    const result = judgeCell(cell({ lines: [first, line('update', 60_000, { n: 1, via: 'watch' })] }));
    expect(result.verdict).to.equal('fail');
  });
  it('fails when the client hears nothing', () => {
    expect(judgeCell(cell({}))).to.include({ verdict: 'fail', outcome: 'unnoticed', undetectedForMs: 35_000 });
  });
  it('fails when the loss is noticed too late', () => {
    const lines = [first, line('loss', 60_000), line('update', 61_000, { n: 1, via: 'watch' })];
    expect(judgeCell(cell({ lines })).outcome).to.equal('noticed-late');
    expect(judgeCell(cell({ lines })).reason).to.match(/noticed after 15\.0 s .*expected within 10\.0 s/);
  });
  it('fails when the client noticed and then died', () => {
    const result = judgeCell(cell({ lines: [first, line('loss', 45_001)] }));
    expect(result.outcome).to.equal('stopped');
    expect(result.reason).to.contain('never saw an event again');
  });
  it('fails when an update is lost after the recovery', () => {
    const lines = [first, line('loss', 45_001), line('update', 45_500, { n: 0, via: 'list' })];
    expect(judgeCell(cell({ lines })).outcome).to.equal('updates-missed');
    expect(judgeCell(cell({ lines })).reason).to.contain('1 of 1 updates were never seen');
  });
  it('is inconclusive when the fault was not seen on the wire', () => {
    expect(judgeCell(cell({ flows: [flow({ resets: [] })] })).verdict).to.equal('inconclusive');
  });
  it('is inconclusive when the client never started', () => {
    expect(judgeCell(cell({ lines: [] })).reason).to.equal('the client never got a first event');
  });
  it('fails when a connection lived on but an update did not come', () => {
    const kept = { profile: profileNamed('none'), flows: [flow()] };
    expect(judgeCell(cell(kept))).to.include({ verdict: 'fail', outcome: 'updates-missed' });
    const late = [first, line('update', 60_001, { n: 1, via: 'watch' })];
    expect(judgeCell(cell({ ...kept, lines: late }))).to.include({ verdict: 'fail', outcome: 'updates-late' });
  });
  it('loses its outcome with its decision', () => {
    const open = undecidedCell(judgeCell(cell({})), 'the client program ended');
    expect(open).to.include({ verdict: 'inconclusive', reason: 'the client program ended' });
    expect(open).not.to.have.property('outcome');
  });
});
