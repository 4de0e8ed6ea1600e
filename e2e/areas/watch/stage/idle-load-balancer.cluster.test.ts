/** With two seconds, or with the timeout of a real product: BED_IDLE_SECONDS=240 npx mocha … (five minutes). */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { flowFate, type FlowFate } from '../evidence/watch-flow-fate.ts';
import { flowHistories } from '../evidence/watch-flow.ts';
import { readTcpSegments } from '../evidence/watch-tcp-segment.ts';
import { typescript } from '../subjects/client-subject.ts';
import { openBed, type Bed, type Lane } from './idle-load-balancer.ts';
import { runInNetns, runTool, type Ground } from './idle-load-balancer-netns.ts';
import { netnsServer } from './idle-load-balancer-server.ts';
import { profileNamed } from '../profiles/profile.ts';

const names = [
  'none',
  'azure-reset',
  'aws-nlb',
  'gcp-silent',
  'proxy-fin',
  'reset-now',
  'blackhole-flow',
  'blackhole-all',
];
const idleSeconds = Number(process.env['BED_IDLE_SECONDS'] ?? 2);
/** Probes of the socket that keeps its connection: half the timeout, and no more than the usual 30 s. */
const probeSeconds = Math.min(30, Math.max(1, Math.floor(idleSeconds / 2)));
const port = 8600;
const resetProgram = fileURLToPath(new URL('../../../../fixtures/watch-balancer/flow-reset.py', import.meta.url));

/** All balancers at once with an idle timeout of two seconds: a socket that is silent, and one that probes every second. */
async function observe(
  family: 'ipv4' | 'ipv6',
): Promise<Readonly<Record<string, { silent: FlowFate; probing: FlowFate }>>> {
  const folder = await mkdtemp(join(tmpdir(), 'staleproof-bed-'));
  const undos: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true })];
  const slug = `bed${process.pid}${family}`;
  const ground: Ground = {
    signal: AbortSignal.timeout(60_000 + idleSeconds * 1000),
    undo: (_title, run) => void undos.push(run),
    journal: { record: () => ({ undone: () => undefined }) },
  };
  try {
    const server = netnsServer(slug);
    const bed = await openBed({
      ...ground,
      slug,
      server,
      idleSeconds,
      port,
      resetProgram,
      folder,
      profiles: names.map(profileNamed),
      clients: ['silent', 'probing'],
    });
    const timer = await runInNetns(ground, server.netns ?? '', typescript('timer-server'), {
      name: 'timer-server',
      env: { TIMERS: `${port}=${idleSeconds + 2}s,1s` },
    });
    await timer.waitFor((line) => line.includes('listening'), { timeoutMs: 15_000, what: 'the timer-server listens' });
    for (const client of ['silent', 'probing']) await startSockets(ground, bed, client, family, folder);
    await delay(1500);
    const fired = new Map<string, number>();
    for (const { profile } of bed.lanes)
      if (profile.trigger === 'command') fired.set(profile.name, await bed.fire(profile.name));
    await delay(idleSeconds * 1000 + 2500);
    const until = performance.timeOrigin + performance.now();
    await bed.finish();
    const fates = bed.lanes.map(
      async (lane) =>
        [lane.profile.name, await fatesOf(bed, lane, family, fired.get(lane.profile.name), until)] as const,
    );
    return Object.fromEntries(await Promise.all(fates));
  } finally {
    for (const undo of undos.reverse()) await undo();
  }
}

async function startSockets(
  ground: Ground,
  bed: Bed,
  client: string,
  family: 'ipv4' | 'ipv6',
  folder: string,
): Promise<void> {
  const targets = bed.lanes.map(({ profile, target }) => ({ cell: profile.name, host: target[family], port }));
  const path = join(folder, `${client}.json`);
  await writeFile(
    path,
    JSON.stringify({ targets, ...(client === 'probing' ? { keepAliveSeconds: probeSeconds } : {}) }),
  );
  const sockets = await runInNetns(ground, bed.client(client).netns, [...typescript('watch-socket'), path], {
    name: client,
  });
  const greeted = new Set<string>();
  await sockets.waitFor(
    (line) => {
      const { type, cell } = JSON.parse(line) as { type: string; cell: string };
      if (type === 'update') greeted.add(cell);
      return greeted.size === targets.length;
    },
    { timeoutMs: 15_000, what: 'every target has greeted' },
  );
}

async function fatesOf(bed: Bed, lane: Lane, family: 'ipv4' | 'ipv6', firedAt: number | undefined, until: number) {
  const [client = [], server = []] = await Promise.all(
    lane.captures.map(async ({ path }) => {
      const { segments, flaw } = await readTcpSegments(await readFile(path));
      expect(flaw, path).to.equal(undefined);
      return segments;
    }),
  );
  const flows = flowHistories({ client, server }, port);
  const fate = (name: string): FlowFate => {
    const address = bed.client(name).addresses[family];
    const own = flows.filter(({ clientEnd }) =>
      clientEnd.startsWith(family === 'ipv6' ? `[${address}]:` : `${address}:`),
    );
    return flowFate({
      profile: lane.profile,
      path: 'public',
      idleSeconds,
      flows: own,
      until,
      ...(firedAt === undefined ? {} : { firedAt }),
    });
  };
  return { silent: fate('silent'), probing: fate('probing') };
}

describe('the idle load balancer in namespaces of this machine', function () {
  this.timeout(90_000 + idleSeconds * 1000);
  before(function () {
    if (process.getuid?.() !== 0) this.skip();
  });

  for (const family of ['ipv4', 'ipv6'] as const)
    it(`does to ${family} connections what each profile says`, async () => {
      const fates = await observe(family);
      const silent = (name: string): string => `${fates[name]?.silent.kind}: ${fates[name]?.silent.reason}`;
      expect(silent('none')).to.match(/^kept/);
      expect(silent('azure-reset')).to.match(
        new RegExp(`^lost: RST to .*seq exact.* and .*seq exact.* after ${idleSeconds}\\.\\d+ s of silence`),
      );
      expect(silent('aws-nlb')).to.match(
        new RegExp(`^lost: forgotten after ${idleSeconds} s .*RST to server \\(seq exact\\)$`),
      );
      expect(silent('gcp-silent')).to.match(
        new RegExp(`^lost: forgotten after ${idleSeconds} s of silence: \\d+ later packets did not pass$`),
      );
      const closed = /^lost: the proxy sent a FIN after ([\d.]+) s without payload/.exec(silent('proxy-fin'))?.[1];
      // HAProxy looks at its timers when it wakes up: 241.1 s were seen for 240 s.
      expect(Number(closed), silent('proxy-fin')).to.be.within(idleSeconds - 0.1, idleSeconds * 1.01 + 1);
      expect(silent('reset-now')).to.match(/^lost: RST to client \(seq exact\) and server \(seq exact\) at command/);
      for (const name of ['blackhole-flow', 'blackhole-all'])
        expect(silent(name)).to.match(/^lost: \d+ packets entered/);
      // Packets count for a packet-level balancer, for a proxy only payload does.
      for (const name of ['none', 'azure-reset', 'aws-nlb', 'gcp-silent'])
        expect(fates[name]?.probing.kind, name).to.equal('kept');
      expect(fates['proxy-fin']?.probing.kind).to.equal('lost');
      expect(await runTool(['ip', 'netns', 'list'])).not.to.contain(`bed${process.pid}${family}`);
    });
});
