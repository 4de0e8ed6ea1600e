import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { ClusterNode, LineProcess } from '../cluster/cluster.ts';
import type { SpecContext } from '../run/context.ts';
import { eventListeners, followConntrack, overflow } from './conntrack-follower.ts';

const row = (sport: number): string =>
  `[1795223566.674931]\t[DESTROY] ipv4     2 udp      17 src=10.0.0.1 dst=10.96.0.10 sport=${sport} dport=80 src=10.0.0.2 dst=10.0.0.1 sport=8080 dport=${sport} id=${sport}`;
const netlink = (drops: number, listeners = 1): string =>
  [
    'sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode',
    ...Array.from({ length: listeners }, () => `000000003a 12 3166945741 00000007 0 0 0 2 ${drops} 149828`),
    '000000003b 12 31 00000000 0 0 0 2 9 1',
    '',
  ].join('\n');

function fakeNode() {
  let say: (line: string) => void = () => undefined;
  const state = { spawned: 0, stopped: 0, drops: 0, end: (reason: string): unknown => reason };
  const node = {
    name: 'worker',
    run: () => Promise.resolve(netlink(state.drops, state.spawned)),
    spawn: () => {
      state.spawned += 1;
      const process: LineProcess = {
        onLine: (listener) => {
          say = (line) => listener(line, 0);
          return () => undefined;
        },
        waitFor: () => Promise.reject(new Error('not here')),
        write: () => undefined,
        exited: new Promise((resolve) => (state.end = (reason) => resolve({ code: 1, reason }))),
        stderrTail: () => '',
        stop: () =>
          Promise.resolve().then(() => {
            state.stopped += 1;
          }),
      };
      return Promise.resolve(process);
    },
  } as unknown as ClusterNode;
  return { node, state, say: (line: string) => say(line) };
}

function fakeSpec() {
  const undo: (() => Promise<unknown>)[] = [];
  const t = {
    signal: new AbortController().signal,
    env: { cluster: { name: `c${Math.random()}` } },
    defer: (_: string, body: () => Promise<unknown>) => undo.push(body),
  } as unknown as SpecContext;
  return { t, end: () => Promise.all(undo.map((body) => body())) };
}

describe('conntrack follower', () => {
  it('hands each listener its own events and serves all of them with one process', async () => {
    const { node, state, say } = fakeNode();
    const { t, end } = fakeSpec();
    const first = await followConntrack(t, node, { sport: 1 });
    const second = await followConntrack(t, node, { sport: 2 });
    say(row(1));
    say(row(2));
    say(row(2));
    expect(first.events).to.have.length(1);
    expect(second.events).to.have.length(2);
    expect(await first.waitFor((event) => event.kind === 'destroy', 1000)).to.deep.include({ kind: 'destroy' });
    expect(await first.waitFor((event) => event.kind === 'new', 20)).to.equal(undefined);
    await end();
    expect(state).to.include({ spawned: 1, stopped: 1 });
  });

  it('begins anew for a spec that comes after events were lost', async () => {
    const fake = fakeNode();
    const { t, end } = fakeSpec();
    const first = await followConntrack(t, fake.node, {});
    fake.state.drops = 3;
    await first.requireWhole().catch(() => undefined);
    const second = await followConntrack(t, fake.node, { sport: 2 });
    fake.say(row(2));
    expect(await second.waitFor(() => true, 1000)).to.deep.include({ kind: 'destroy' });
    await end();
    expect(fake.state).to.include({ spawned: 2, stopped: 2 });
  });

  for (const [how, act] of [
    ['the kernel dropped events', (fake: ReturnType<typeof fakeNode>) => (fake.state.drops = 3)],
    [
      'a line is cut that may be of these rows',
      (fake: ReturnType<typeof fakeNode>) => fake.say('[1795223566.674931]\t[DESTROY] ipv4 2 udp 17 src=10.0'),
    ],
    ['the process dies', (fake: ReturnType<typeof fakeNode>) => fake.state.end('killed')],
  ] as const)
    it(`proves nothing once ${how}`, async () => {
      const fake = fakeNode();
      const { t } = fakeSpec();
      const follower = await followConntrack(t, fake.node, {});
      act(fake);
      const error = await follower.waitFor(() => false, 20).catch((reason: unknown) => reason);
      expect(error).to.have.property('name', 'InconclusiveError');
      expect(String(error)).to.match(/conntrack events of worker are incomplete: /);
    });

  it('ends no spec for a line that cannot be read and is about another flow', async () => {
    const fake = fakeNode();
    const { t, end } = fakeSpec();
    const of = (src: string, sport: number) => followConntrack(t, fake.node, { protocol: 'udp', src, sport });
    const [mine, other] = [await of('10.0.0.1', 1), await of('10.0.0.2', 2)];
    fake.say(row(2).replace('src=10.0.0.1', 'src=10.0.0.2').replace(' id=', ' [A NEW FLAG] id='));
    await mine.requireWhole();
    expect(await mine.waitFor(() => false, 20)).to.equal(undefined);
    expect(await other.waitFor(() => false, 20).catch(String)).to.match(
      /worker are incomplete: 1 that may be of these rows could not be read, the first: flag \[A is cut/,
    );
    const later = await of('10.0.0.2', 2);
    expect(await later.waitFor(() => false, 20), 'who came after that line lost nothing').to.equal(undefined);
    fake.say('Warnung: nicht genug Speicher');
    expect(await mine.requireWhole().catch(String), 'it may be about anything').to.match(/no event: Warnung/);
    await end();
    expect(fake.state).to.include({ spawned: 1, stopped: 1 });
  });

  it('reads listeners and drops from the kernel', () => {
    expect(eventListeners(netlink(4))).to.deep.equal({ count: 1, drops: 4 });
    expect(overflow('WARNING: We have hit ENOBUFS! We are losing events.')).to.be.a('string');
    expect(overflow('NOTICE: Netlink socket buffer size has been set to 16777216 bytes.')).to.equal(undefined);
  });
});
