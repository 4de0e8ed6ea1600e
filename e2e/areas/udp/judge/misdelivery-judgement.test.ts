import { expect } from 'chai';
import { describe, it } from 'mocha';
import { judgingContext } from '../../../harness/run/testdata/judging-context.ts';
import type { StagePod } from '../stage/stage-options.ts';
import { judgeNotMisdelivered } from './misdelivery-judgement.ts';
import { ended, flowOn, rowText, scriptedStream } from './testdata/judging.ts';

/** `s` is the stranger; the bound is over 100 ms after the stream's begin, at its sixth datagram. */
async function judge(script: string, after: string, boundAt = 100) {
  const { t, kept } = judgingContext();
  const verdict = await ended(
    judgeNotMisdelivered(t, {
      flow: flowOn(rowText(1)),
      stream: scriptedStream(t, script, after),
      stranger: { name: 's' } as StagePod,
      changedAt: boundAt - 15_000,
    }),
  );
  return { verdict, kept };
}

describe('what a stranger gets is judged', () => {
  it('passes when it answered nothing that left after the bound, and measures what it answered before', async () => {
    const { verdict, kept } = await judge('assssbbb', 'b');
    expect(verdict).to.equal('pass');
    expect(kept.judgements[0]).to.deep.include({
      ...{ id: 'not-misdelivered', outcome: 'none', ok: true },
      ...{ facts: { frontend: 'cluster-ip' }, measures: { misdelivered: 0 } },
    });
    expect(kept.measures).to.include({ 'datagrams that a stranger answered': 4 });
    expect(kept.inShort).to.deep.equal(['4 datagrams answered by a stranger']);
    expect(kept.findings[0]?.observed).to.match(/^0 of \d+ did, and 4 before; .*; rows now: udp /);
  });

  it('fails on one datagram that left after it', async () => {
    const { verdict, kept } = await judge('aaaaaaasbb', 'b');
    expect(kept.judgements[0]?.outcome).to.equal('stranger-answers');
    expect(kept.judgements[0]?.measures).to.deep.equal({ misdelivered: 1 });
    expect(verdict).to.match(/no datagram to reach s, which is in no Service, from 15000 ms after/);
    expect((await judge('aaaaasbb', 'b')).kept.judgements[0]?.outcome, 'at 120 ms').to.equal('stranger-answers');
    expect((await judge('aaaasbbb', 'b')).kept.judgements[0]?.outcome, 'at 100 ms').to.equal('none');
  });

  it('looks at a second of datagrams after the bound, however long it takes to come', async () => {
    const { kept } = await judge('as', 'b', 10_000);
    const [, looked, before] = /^0 of (\d+) did, and (\d+) before/.exec(kept.findings[0]?.observed ?? '') ?? [];
    expect(Number(looked)).to.be.at.least(50);
    expect(before).to.equal('1');
    const both = await judge('assaaaassb', 'b');
    expect(both.kept.findings[0]?.observed).to.match(/^2 of \d+ did, and 2 before/);
  });

  it('judges nothing where the client fell silent', async () => {
    const { verdict, kept } = await judge('aaaaaa', '|');
    expect(verdict).to.match(/client/);
    expect(kept.judgements).to.deep.equal([]);
  });
});
