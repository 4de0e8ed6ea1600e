/** Every judgement of a UDP spec, with evidence for and against: an assertion that is left out lets one of these through. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { ConntrackEvent } from '../../../harness/conntrack/conntrack-event.ts';
import { foundIn } from '../evidence/conntrack-premises.ts';
import { judgeHandover, type Handover } from './handover-judgement.ts';
import { judgeFlowUntouched, judgeRowRemoved } from './removal-judgement.ts';
import { judgeConnectionsAlive } from './tcp-judgement.ts';
import { connectionServers } from '../evidence/connection-servers.ts';
import { destroyedBy, flowOn, followerOf, row, rowText, scriptedStream } from './testdata/judging.ts';
import { judgingContext } from '../../../harness/run/testdata/judging-context.ts';

const stale = row(1);
const ended = async (judging: Promise<unknown>): Promise<string> =>
  judging.then(
    () => 'pass',
    (error: unknown) => (error as Error).message,
  );

describe('a hand-over is judged', () => {
  interface Given {
    readonly script?: string;
    readonly after?: string;
    readonly events?: readonly ConntrackEvent[];
    readonly table?: string;
    readonly more?: Partial<Handover>;
    readonly breaks?: readonly (readonly [number, number, string])[];
    readonly reopened?: readonly (readonly [number, number])[];
  }
  async function judge({ script = 'aaaaaaaa', after = 'b', events, table = '', more = {}, ...sockets }: Given) {
    const { t, kept } = judgingContext();
    const stream = scriptedStream(t, script, after);
    stream.record.add(JSON.stringify({ type: 'datagrams', ...sockets }));
    const verdict = await ended(
      judgeHandover(t, {
        flow: flowOn(table),
        stream,
        follower: followerOf(events ?? [destroyedBy(stale, 'kube-proxy')]),
        staleRow: stale,
        from: { name: 'a', ip: '10.0.2.7' },
        to: { name: 'b', ip: '10.0.2.8' },
        sequence: 8,
        after: 'a was deleted',
        ...more,
      }),
    );
    return { verdict, kept };
  }

  it('passes when the proxy deleted the row and the other server answers', async () => {
    const { verdict, kept } = await judge({ script: 'aaaaaaaa...' });
    expect(verdict).to.equal('pass');
    expect(kept.findings.map(({ ok }) => ok)).to.deep.equal([true, true]);
    expect(kept.findings[0]?.subject).to.match(/after a was deleted$/);
    expect(kept.measures).to.include({ 'loss window': 80, 'datagrams lost': 3 });
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

  it('fails when nobody answers, or only before the change', async () => {
    const silent = await judge({ after: '.' });
    expect(silent.verdict).to.match(/observed no answer from b; rows now: none/);
    const early = await judge({ script: 'bbbbbbbb', after: 'a' });
    expect(early.verdict).to.match(/observed no answer from b/);
  });

  it('fails with the stale row in its message when that is still there', async () => {
    const { verdict } = await judge({ events: [], table: rowText(1) });
    expect(verdict).to.match(/the stale row is still there: udp 10\.0\.0\.1:12345 .*\(id 1\)/);
    const other = await judge({ events: [destroyedBy(row(2), 'kube-proxy')] });
    expect(other.verdict).to.match(/the stale row is still there/);
  });

  it('fails when the kernel deleted the row', async () => {
    const { verdict } = await judge({ events: [destroyedBy(stale)] });
    expect(verdict).to.match(
      /expected the proxy to delete the stale row .* observed the row was destroyed by the kernel/,
    );
  });

  it('looks into the table where events may be lost', async () => {
    const more = { eventsMayBeLost: true };
    const gone = await judge({ events: [], table: rowText(2), more });
    expect(gone.verdict).to.equal('pass');
    expect(gone.kept.findings).to.have.length(1);
    const there = await judge({ events: [], table: rowText(1), more });
    expect(there.verdict).to.match(/the stale row is still there/);
  });

  it('counts what was lost after the change, not before it', async () => {
    const { kept } = await judge({ script: 'aa..aaaa' });
    expect(kept.measures).to.include({ 'loss window': 0, 'datagrams lost': 0 });
    const later = await judge({ script: 'aaaaaaaa..b......b' });
    expect(later.kept.measures).to.include({ 'datagrams lost': 8, 'loss window': 140 });
  });
});

describe('the end of a row is judged', () => {
  const judge = async (events: readonly ConntrackEvent[], table = '') => {
    const { t, kept } = judgingContext();
    const stream = scriptedStream(t, 'aa');
    const removal = { flow: flowOn(table), stream, follower: followerOf(events), staleRow: stale, after: 'a cut' };
    return { verdict: await ended(judgeRowRemoved(t, removal)), kept };
  };

  it('passes when the proxy deleted it', async () => {
    const { verdict, kept } = await judge([destroyedBy(stale, 'kube-proxy')]);
    expect(verdict).to.equal('pass');
    expect(kept.findings).to.have.length(2);
    expect(kept.measures['stale row gone after']).to.be.within(0, 1_000);
  });

  it('fails when it stays, and when the kernel took it', async () => {
    expect((await judge([], rowText(1))).verdict).to.match(
      /the stale row is still there: udp .*; the client goes on: /,
    );
    expect((await judge([destroyedBy(row(2), 'x')])).verdict).to.match(/still there/);
    expect((await judge([destroyedBy(stale)])).verdict).to.match(/observed the row was destroyed by the kernel/);
  });
});

describe('a flow that is not concerned is judged', () => {
  const judge = async (
    script: string,
    events: readonly ConntrackEvent[] = [],
    more: Partial<Pick<Parameters<typeof judgeFlowUntouched>[1], 'tolerated' | 'sequence' | 'row'>> & {
      readonly whole?: boolean;
    } = {},
  ) => {
    const { t, kept } = judgingContext();
    const { whole = true, sequence = 2, ...rest } = more;
    const healthy = {
      flow: flowOn(rowText(1)),
      stream: scriptedStream(t, script, 'a'),
      row: stale,
      during: 'a change',
    };
    const judging = judgeFlowUntouched(t, { ...healthy, follower: followerOf(events, whole), sequence, ...rest });
    return { verdict: await ended(judging), kept };
  };

  it('passes when its row stayed and every datagram was answered', async () => {
    const { verdict, kept } = await judge('aaaa', [destroyedBy(row(2), 'x'), { ...destroyedBy(stale), kind: 'new' }]);
    expect(verdict).to.equal('pass');
    expect(kept.findings).to.have.length(2);
    expect(kept.measures['datagrams lost by a healthy flow']).to.equal(0);
    expect(kept.findings[0]?.observed).to.match(/^it stayed; rows now: udp/);
  });

  it('fails when its row was destroyed, by whomever', async () => {
    expect((await judge('aaaa', [destroyedBy(stale, 'proxy')])).verdict).to.match(
      /destroyed by a program \(netlink port 7, proxy\)/,
    );
    expect((await judge('aaaa', [destroyedBy(stale)])).verdict).to.match(/destroyed by the kernel/);
  });

  it('is not blamed for the end of a row before it, whatever its id', async () => {
    const events = [destroyedBy(row(1, '10.0.2.9'), 'proxy'), destroyedBy(stale, 'proxy')];
    expect((await judge('aaaa', events.slice(0, 1))).verdict, 'another server').to.equal('pass');
    const found = row(1);
    foundIn(found, 2);
    expect((await judge('aaaa', events, { row: found })).verdict, 'ended before it was found').to.equal('pass');
    foundIn(found, 1);
    expect((await judge('aaaa', events, { row: found })).verdict, 'ended after that').to.match(
      /destroyed by a program/,
    );
  });

  it('fails on a loss after the change alone, but for what is tolerated', async () => {
    expect((await judge('aa..aa')).verdict).to.match(/observed 2 lost in 1 windows, the longest 60 ms/);
    expect((await judge('aa..aa', [], { sequence: 4 })).verdict).to.equal('pass');
    expect((await judge('aa..aa', [], { sequence: 3 })).verdict).to.match(/2 lost/);
    expect((await judge('aa..aa', [], { tolerated: 2 })).verdict).to.equal('pass');
    expect((await judge('aa..aa', [], { tolerated: 1 })).verdict).to.match(/every datagram to be answered but for 1/);
  });

  it('proves nothing when events were lost', async () => {
    expect((await judge('aaaa', [], { whole: false })).verdict).to.equal('events were lost');
  });
});

describe('connections are judged', () => {
  const judge = async (script: string, after = 'a', error?: string) => {
    const { t, kept } = judgingContext();
    const stream = scriptedStream(t, script, after);
    if (error !== undefined) stream.record.add(JSON.stringify({ type: 'datagrams', errors: [[0, 1, 'read', error]] }));
    return { verdict: await ended(judgeConnectionsAlive(t, stream, [0], 'a change')), kept };
  };

  it('pass when one server answered every line', async () => {
    const { verdict, kept } = await judge('aaaa');
    expect(verdict).to.equal('pass');
    expect(kept.findings).to.have.length(1);
    expect(kept.findings[0]?.observed).to.equal('no error; answered by a; 0 lines unanswered');
  });

  it('fail on an error, another server, nobody, or a line without an answer', async () => {
    expect((await judge('aaaa', 'a', 'ECONNRESET')).verdict).to.match(/observed errors read ECONNRESET; answered by a/);
    expect((await judge('aaab')).verdict).to.match(/answered by a, b; 0 lines/);
    expect((await judge('', '.')).verdict).to.match(/answered by nobody/);
    expect((await judge('a..aa')).verdict).to.match(/answered by a; 2 lines unanswered/);
  });

  it('are not judged alive by a client that is heard no more', async () => {
    expect((await judge('aaaa', '|')).verdict).to.match(/^client: the client has said nothing for/);
    expect((await judge('aaaa', '|', 'ECONNRESET')).verdict).to.match(/observed errors read ECONNRESET/);
  });

  it('have a server each once all were answered', async () => {
    const { t } = judgingContext();
    expect(await connectionServers(t, scriptedStream(t, 'ab'), 1)).to.have.length(1);
    const silent = await ended(connectionServers(t, scriptedStream(t, '', '|'), 1));
    expect(silent).to.match(/^client: the client has said nothing for 0.\d s, and has not ended; 0 sent/);
    const deaf = await ended(connectionServers(t, scriptedStream(t, '', '.'), 1));
    expect(deaf).to.match(/^client: not every flow was answered within 600 ms/);
    const one = await ended(connectionServers(t, scriptedStream(t, 'a'), 2));
    expect(one).to.match(/not every flow was answered/);
  });
});
