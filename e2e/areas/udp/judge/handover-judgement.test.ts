import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { ConntrackEvent } from '../../../harness/conntrack/conntrack-event.ts';
import { judgingContext } from '../../../harness/run/testdata/judging-context.ts';
import { judgeHandover, type Handover } from './handover-judgement.ts';
import {
  destroyedBy,
  ended,
  flowOn,
  followerOf,
  row,
  rowText,
  scriptedFresh,
  scriptedStream,
} from './testdata/judging.ts';

const stale = row(1);
/** The eighth datagram left then; new flows leave the old server 40 ms later. */
const changedAt = 160;
const written = 'oonnnnnnnnnnnn';
const writtenAt = 200;

interface Given {
  readonly script?: string;
  readonly after?: string;
  readonly events?: readonly ConntrackEvent[];
  readonly table?: string;
  readonly sockets?: string;
  readonly more?: Partial<Handover>;
  readonly breaks?: readonly (readonly [number, number, string])[];
  readonly reopened?: readonly (readonly [number, number])[];
}

async function judge({
  script = 'aaaaaaaa',
  after = 'b',
  events,
  table = '',
  sockets = '',
  more = {},
  ...lists
}: Given) {
  const { t, kept } = judgingContext('kube-proxy');
  const stream = scriptedStream(t, script, after);
  stream.record.add(JSON.stringify({ type: 'datagrams', ...lists }));
  const verdict = await ended(
    judgeHandover(t, {
      flow: flowOn(table, sockets),
      stream,
      follower: followerOf(events ?? [destroyedBy(stale, 'kube-proxy')]),
      fresh: scriptedFresh(written),
      staleRow: stale,
      from: { name: 'a', ip: '10.0.2.7' },
      to: { name: 'b', ip: '10.0.2.8' },
      sequence: 8,
      changedAt,
      backend: 'deleted',
      after: 'a was deleted',
      ...more,
    }),
  );
  return { verdict, kept, outcomes: kept.judgements.map(({ id, outcome }) => `${id} ${outcome}`) };
}

describe('a hand-over is judged', () => {
  it('passes when the proxy deleted the row and the other server answers from then on', async () => {
    const { verdict, kept, outcomes } = await judge({ script: 'aaaaaaaa...' });
    expect(verdict).to.equal('pass');
    expect(outcomes).to.deep.equal([
      'rules-written written',
      'row-removed removed',
      'removed-by-subject by-subject',
      'flow-settles settled',
    ]);
    expect(kept.findings[1]?.subject).to.match(/after a was deleted$/);
    expect(kept.judgements[1]?.facts).to.deep.equal({ frontend: 'cluster-ip', backend: 'deleted', rules: 'written' });
    expect(kept.measures).to.include({ 'loss window': 80, 'datagrams lost': 3, 'rules written after': 40 });
    expect(kept.records.some(({ summary }) => summary.startsWith('row destroyed by a program'))).to.equal(true);
  });

  it('says whether the flow was moved under its socket, or its socket was broken and the client opened another', async () => {
    const moved = await judge({});
    expect(moved.kept.measures).to.include({ 'sockets broken': 0 });
    const broken = await judge({ breaks: [[0, 170, 'ECONNABORTED']], reopened: [[0, 232]] });
    expect(broken.verdict).to.equal('pass');
    expect(broken.kept.measures).to.include({ 'sockets broken': 1 });
    expect(broken.kept.records.map(({ summary }) => summary)).to.include(
      "the client's socket was broken on purpose (ECONNABORTED); a new one was open 62 ms later",
    );
    const before = await judge({ breaks: [[0, 100, 'ECONNABORTED']], reopened: [[0, 110]] });
    expect(before.kept.measures, 'before the change').to.include({ 'sockets broken': 0 });
    const forGood = await judge({ after: '.', breaks: [[0, 170, 'ECONNABORTED']] });
    expect(forGood.verdict).to.match(/socket was broken on purpose \(ECONNABORTED\), and no new one could be opened/);
    const kept = await judge({ after: '.' });
    expect(kept.verdict).to.match(/; the client kept its socket/);
  });

  it('counts what was lost after the change, not before it', async () => {
    const { kept } = await judge({ script: 'aa..aaaa' });
    expect(kept.measures).to.include({ 'loss window': 0, 'datagrams lost': 0 });
    const later = await judge({ script: 'aaaaaaaa..b......b' });
    expect(later.kept.measures).to.include({ 'datagrams lost': 8, 'loss window': 140 });
  });

  it('measures before it fails', async () => {
    const { verdict, kept } = await judge({ after: '.', more: { fresh: scriptedFresh('oooooooooooooooo') } });
    expect(verdict).to.match(/they go on to do so/);
    expect(kept.measures).to.have.any.keys('loss window');
    expect(kept.measures['datagrams lost']).to.be.greaterThan(20);
  });
});

describe('the flow after a hand-over', () => {
  it('fails when nobody answers, another server, or only before the change', async () => {
    expect((await judge({ after: '.' })).outcomes.at(-1)).to.equal('flow-settles nobody-answers');
    const { outcomes, verdict } = await judge({ after: 'c' });
    expect(outcomes.at(-1)).to.equal('flow-settles wrong-server');
    expect(verdict).to.match(/observed no answer from b, but from c/);
    expect((await judge({ script: 'bbbbbbbb', after: 'a' })).outcomes.at(-1)).to.equal('flow-settles wrong-server');
  });

  it('fails when one reply is followed by silence, or by the old server', async () => {
    const silent = await judge({ script: 'aaaaaaaab', after: '.' });
    expect(silent.outcomes.at(-1)).to.equal('flow-settles falls-silent');
    const flaps = await judge({ script: 'aaaaaaaab', after: 'a' });
    expect(flaps.outcomes.at(-1)).to.equal('flow-settles flaps');
    expect(flaps.verdict).to.match(/answered by a/);
  });

  it('fails when a datagram is lost later', async () => {
    const { outcomes } = await judge({ script: 'aaaaaaaabbb.bbb' });
    expect(outcomes.at(-1)).to.equal('flow-settles loses-datagrams');
  });

  it('has a bound of its own, and is inconclusive up to twice that', async () => {
    const slow = await judge({ script: `aaaaaaaa${'.'.repeat(300)}` });
    expect(slow.verdict).to.match(/the first answer of b took 59\d\d ms, bound 5000 ms; how long its processes waited/);
    const late = await judge({ script: `aaaaaaaa${'.'.repeat(600)}` });
    expect(late.outcomes.at(-1)).to.equal('flow-settles settled-late');
  });
});

describe('the row after a hand-over', () => {
  it('fails with the stale row in its message when that is still there', async () => {
    const { verdict, outcomes } = await judge({ events: [], table: rowText(1) });
    expect(verdict).to.match(/the stale row is still there: udp 10\.0\.0\.1:12345 .*\(id 1\)/);
    expect(outcomes.at(-1)).to.equal('row-removed row-stays');
  });

  it('is inconclusive when the row went and nobody told of its end', async () => {
    const unseen = await judge({ events: [], table: rowText(2) });
    expect(unseen.verdict).to.match(/in the table no more, and its end was not seen/);
    const other = await judge({ events: [destroyedBy(row(2), 'kube-proxy')] });
    expect(other.verdict).to.match(/its end was not seen/);
    expect(other.outcomes).to.deep.equal(['rules-written written']);
  });

  it('has its time from when the rules were written, and up to twice that is inconclusive', async () => {
    const at = (ms: number) => judge({ events: [destroyedBy(stale, 'kube-proxy', writtenAt + ms)] });
    expect((await at(5_000)).verdict).to.equal('pass');
    expect((await at(5_001)).verdict).to.match(/the stale row took 5001 ms, bound 5000 ms; how long its processes/);
    const late = await at(10_001);
    expect(late.outcomes.at(-1)).to.equal('row-removed removed-late');
    expect(late.verdict).to.match(/it was gone after 10001 ms/);
    expect(late.kept.measures).to.include({ 'stale row gone after': 10_001 });
  });

  it('fails when the kernel deleted it', async () => {
    const { verdict, outcomes } = await judge({ events: [destroyedBy(stale)] });
    expect(verdict).to.match(
      /expected the proxy to delete the stale row .* observed the row was destroyed by the kernel/,
    );
    expect(outcomes.at(-1)).to.equal('removed-by-subject by-kernel');
  });

  it('is looked for in the table where events may be lost', async () => {
    const more = { eventsMayBeLost: true, fresh: undefined };
    const gone = await judge({ events: [], table: rowText(2), more });
    expect(gone.verdict).to.equal('pass');
    expect(gone.outcomes).to.deep.equal(['row-removed removed', 'flow-settles settled']);
    expect(gone.kept.judgements[0]?.facts).to.include({ rules: 'not-watched' });
    const there = await judge({ events: [], table: rowText(1), more });
    expect(there.outcomes).to.deep.equal(['row-removed row-stays']);
  });
});

describe('the rules after a change', () => {
  const judgeFresh = (script: string, more: Partial<Handover> = {}) =>
    judge({ more: { fresh: scriptedFresh(script), ...more } });

  it('fail when new flows go on to the old server: that is no stale row', async () => {
    const { verdict, outcomes } = await judgeFresh('oooooooooooooooo');
    expect(outcomes).to.deep.equal(['rules-written never-written']);
    expect(verdict).to.match(/new flows -> 10\.96\.0\.9:80 on worker after a was deleted: expected none to go to a/);
  });

  it('need ten in a row', async () => {
    expect((await judgeFresh('oonnnnnnnnn')).outcomes).to.deep.equal(['rules-written never-written']);
    expect((await judgeFresh('oonnnnnnnnnonnnnnnnnnn')).kept.measures).to.include({ 'rules written after': 1_040 });
    expect((await judgeFresh('oo----------')).verdict).to.equal('pass');
  });

  it('need the new server where being refused proves nothing', async () => {
    const outcomes = (await judgeFresh('oo----------', { mustReach: true })).outcomes;
    expect(outcomes).to.deep.equal(['rules-written never-written']);
    expect((await judgeFresh('oo--nnnnnnnnnn', { mustReach: true })).verdict).to.equal('pass');
  });

  it('have ten seconds', async () => {
    expect((await judgeFresh('n'.repeat(12), { changedAt: -5_000 })).verdict).to.equal('pass');
    expect((await judgeFresh('n'.repeat(12), { changedAt: -15_000 })).verdict).to.match(
      /the rules took 15000 ms, bound 10000 ms/,
    );
    const late = await judgeFresh('n'.repeat(12), { changedAt: -20_001 });
    expect(late.outcomes).to.deep.equal(['rules-written written-late']);
  });
});
