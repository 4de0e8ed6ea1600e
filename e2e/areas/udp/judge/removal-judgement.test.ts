import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { ConntrackEvent } from '../../../harness/conntrack/conntrack-event.ts';
import { judgingContext } from '../../../harness/run/testdata/judging-context.ts';
import { judgeRowRemoved } from './removal-judgement.ts';
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
const refused = 'oo------------';

async function judge(events: readonly ConntrackEvent[], { table = '', sockets = '', fresh = refused } = {}) {
  const { t, kept } = judgingContext('kube-proxy');
  const verdict = await ended(
    judgeRowRemoved(t, {
      flow: flowOn(table, sockets),
      stream: scriptedStream(t, 'aa'),
      follower: followerOf(events),
      fresh: scriptedFresh(fresh),
      staleRow: stale,
      from: { name: 'a', ip: '10.0.2.7' },
      changedAt: 160,
      backend: 'deleted',
      after: 'a was deleted',
    }),
  );
  return { verdict, kept, outcomes: kept.judgements.map(({ id, outcome }) => `${id} ${outcome}`) };
}

describe('the end of a row is judged', () => {
  it('passes when the proxy deleted it', async () => {
    const { verdict, kept, outcomes } = await judge([destroyedBy(stale, 'kube-proxy', 900)]);
    expect(verdict).to.equal('pass');
    expect(outcomes).to.deep.equal(['rules-written written', 'row-removed removed', 'removed-by-subject by-subject']);
    expect(kept.measures).to.include({ 'stale row gone after': 700 });
  });

  it('fails when it stays, and when the kernel took it', async () => {
    const stays = await judge([], { table: rowText(1) });
    expect(stays.verdict).to.match(/the stale row is still there: udp .*; the client goes on: /);
    expect(stays.outcomes.at(-1)).to.equal('row-removed row-stays');
    expect((await judge([destroyedBy(stale)])).verdict).to.match(/observed the row was destroyed by the kernel/);
  });

  it('is another failure when the proxy writes no rules either', async () => {
    const { outcomes } = await judge([], { table: rowText(1), fresh: 'oooooooooooooooo' });
    expect(outcomes).to.deep.equal(['rules-written never-written']);
  });
});

/** sk, protocol, port, groups, rmem, wmem, dump, locks, drops, inode. */
const listOf = (inodes: readonly number[]): readonly string[] => [
  'sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode',
  '0 12 0 00000000 0 0 0 2 0 1',
  ...inodes.map((inode) => `0 12 ${200 + inode} 00000000 0 0 0 2 0 ${inode}`),
];
/** What a node tells of these programs; `passing`: inodes of sockets that are gone at the second look. */
const socketsOf = (programs: readonly (readonly [string, string])[], passing: readonly number[] = []): string => {
  const inodes = programs.map((_, index) => 500 + index);
  return [
    ...listOf([...inodes, ...passing]),
    '--',
    ...programs.map((_, index) => `/proc/${40 + index}/fd/5 socket:[${500 + index}]`),
    '--',
    ...programs.flatMap(([program, command], index) => [`${40 + index} ${program}`, command]),
    '--',
    ...listOf(inodes),
    '',
  ].join('\n');
};

describe('who deleted a row', () => {
  const verdictOf = async (program: string, sockets = '') =>
    (await judge([destroyedBy(stale, program)], { sockets })).verdict;
  const own = ['kube-proxy-1234', '/var/lib/kube-proxy-1234 --config=x'] as const;

  it('is the subject by its name, also when its file has a longer one', async () => {
    expect(await verdictOf('kube-proxy')).to.equal('pass');
    expect(await verdictOf('kube-proxy-1234')).to.equal('pass');
  });

  it('is nobody that the verdict is about when another program did it', async () => {
    expect(await verdictOf('calico-felix')).to.match(
      /deleted by calico-felix, which is not the subject \(kube-proxy\)/,
    );
    expect(await verdictOf('conntrack')).to.match(/deleted by conntrack, which is not the subject/);
  });

  it('is the subject without a name when nobody else could', async () => {
    expect(
      await verdictOf(
        '',
        socketsOf([own, ['conntrack', 'conntrack -E -e NEW,DESTROY'], ['conntrack', 'conntrack -L -p udp']]),
      ),
    ).to.equal('pass');
  });

  it('is not hidden by a program that was about to end when it was looked at', async () => {
    expect(await verdictOf('', socketsOf([own], [901]))).to.equal('pass');
    const cut = socketsOf([own]).split('--').slice(0, 3).join('--');
    expect(await verdictOf('', cut), 'no second look').to.match(/cannot be seen/);
  });

  it('is unknown without a name when somebody else could, or when that cannot be seen', async () => {
    expect(await verdictOf('', socketsOf([own, ['calico-felix', 'calico-node -felix']]))).to.match(
      /without a name, and calico-felix could have done it as well/,
    );
    expect(await verdictOf('', socketsOf([own, ['conntrack', 'conntrack -D -p udp']]))).to.match(/and conntrack could/);
    expect(await verdictOf('', '')).to.match(/who else could have done it cannot be seen/);
    const hidden = socketsOf([own]).replace('socket:[500]', 'socket:[9]');
    expect(await verdictOf('', hidden), 'a socket without an owner').to.match(/cannot be seen/);
  });
});
