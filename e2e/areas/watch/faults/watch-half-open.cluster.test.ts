import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { openBed } from '../stage/idle-load-balancer.ts';
import { inNetns, runInNetns, runTool, type Ground } from '../stage/idle-load-balancer-netns.ts';
import { netnsServer } from '../stage/idle-load-balancer-server.ts';
import { profileNamed } from '../profiles/profile.ts';
import { typescript } from '../subjects/client-subject.ts';
import { countSockets, watchHalfOpen, type HalfOpenResult } from './watch-half-open.ts';

/** timer-server with and without keepalive behind a path that is cut: the one sheds the connection, the other never does. */
async function observe(keepAliveSeconds: number): Promise<HalfOpenResult> {
  const folder = await mkdtemp(join(tmpdir(), 'staleproof-half-open-'));
  const undos: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true })];
  const slug = `half${process.pid}k${keepAliveSeconds}`;
  const signal = AbortSignal.timeout(70_000);
  const ground: Ground = {
    signal,
    undo: (_title, run) => void undos.push(run),
    journal: { record: () => ({ undone: () => undefined }) },
  };
  try {
    const server = netnsServer(slug);
    const profiles = [profileNamed('blackhole-all')];
    const common = { ...ground, slug, server, profiles, clients: ['gone'], idleSeconds: 60, port: 8600, folder };
    const bed = await openBed({ ...common, resetProgram: '' });
    const env = { TIMERS: '8600=600s', KEEPALIVE_SECONDS: String(keepAliveSeconds) };
    const timer = await runInNetns(ground, server.netns ?? '', typescript('timer-server'), { name: 'server', env });
    await timer.waitFor((line) => line.includes('listening'), { timeoutMs: 20_000, what: 'the timer-server listens' });
    const { netns, addresses } = bed.client('gone');
    const target = `/dev/tcp/${bed.lanes[0]?.target.ipv4 ?? ''}/8600`;
    const script = `exec 3<>${target}; echo hello >&3; exec cat <&3`;
    const client = await runInNetns(ground, netns, ['bash', '-c', script], { name: 'client' });
    await client.waitFor((line) => line.startsWith('Hello!'), { timeoutMs: 10_000, what: 'the server greets' });
    const sockets = inNetns(server.netns ?? '', ['ss', '-Htn', 'state', 'established', 'dst', addresses.ipv4]);
    return await watchHalfOpen({
      bed,
      held: async () => countSockets(await runTool(sockets)),
      leave: () => client.stop(),
      limitMs: 25_000,
      signal,
    });
  } finally {
    for (const undo of undos.reverse()) await undo();
  }
}

describe('a half-open connection in network namespaces', function () {
  this.timeout(90_000);
  before(function () {
    if (process.getuid?.() !== 0) this.skip();
  });

  it('is shed by a server that probes, and for ever held by one that does not', async () => {
    const [probing, silent] = await Promise.all([observe(3), observe(0)]);
    expect(probing.shedAfterMs, 'three seconds, then ten probes a second apart').to.be.within(10_000, 22_000);
    expect(probing.stopped, 'probes are stopped on the path').to.be.greaterThan(5);
    expect(silent.shedAfterMs, 'nobody told the server').to.equal(undefined);
    expect(silent.observedForMs).to.be.greaterThan(24_000);
  });
});
