/** Every judgement of a UDP spec, with evidence for and against: an assertion that is left out lets one of these through. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { foundIn } from '../../../harness/conntrack/conntrack-premises.ts';
import type { ConntrackEvent } from '../../../harness/conntrack/conntrack-event.ts';
import { judgeFlowUntouched } from './removal-judgement.ts';
import { connectionServers } from '../evidence/connection-servers.ts';
import { judgeConnectionsAlive } from './tcp-judgement.ts';
import { destroyedBy, ended, flowOn, followerOf, row, rowText, scriptedStream } from './testdata/judging.ts';
import { judgingContext } from '../../../harness/run/testdata/judging-context.ts';
import { InconclusiveError } from '../../../harness/run/verdict-errors.ts';

const stale = row(1);

describe('a flow that is not concerned is judged', () => {
  const judge = async (
    script: string,
    events: readonly ConntrackEvent[] = [],
    more: Partial<Pick<Parameters<typeof judgeFlowUntouched>[1], 'tolerated' | 'sequence' | 'row' | 'until'>> & {
      readonly whole?: boolean;
    } = {},
  ) => {
    const { t, kept } = judgingContext();
    const { whole = true, sequence = 2, ...rest } = more;
    const healthy = {
      flow: flowOn(rowText(1)),
      stream: scriptedStream(t, script, 'a'),
      row: stale,
      disturbance: 'clean-up' as const,
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
    expect(kept.judgements.map(({ id, outcome }) => `${id} ${outcome}`)).to.deep.equal([
      'row-kept kept',
      'flow-unharmed unharmed',
    ]);
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

  it('is judged up to where the spec went on to change something for it', async () => {
    const until = { events: 1, sequence: 4 };
    expect((await judge('aaaa...aa', [destroyedBy(row(2)), destroyedBy(stale, 'proxy')], { until })).verdict).to.equal(
      'pass',
    );
    expect((await judge('aaaa', [destroyedBy(stale, 'proxy')], { until })).verdict).to.match(/destroyed by a program/);
    expect((await judge('aa..aa', [], { until })).verdict).to.match(/2 lost/);
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
    return {
      verdict: await ended(judgeConnectionsAlive(t, stream, [0], { disturbance: 'clean-up', told: 'a change' })),
      kept,
    };
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

  it('are not judged alive by a log that ended before the change', async () => {
    const { t, kept } = judgingContext();
    const during = { disturbance: 'clean-up', told: 'a change' } as const;
    const error: unknown = await judgeConnectionsAlive(t, scriptedStream(t, 'aaaa', '!'), [0], during).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(InconclusiveError);
    expect((error as Error).message).to.match(/^client: .*exit code 137/);
    expect(kept.findings).to.deep.equal([]);
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
