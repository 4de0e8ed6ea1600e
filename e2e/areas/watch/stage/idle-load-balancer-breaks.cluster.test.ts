import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { InfrastructureError } from '../../../harness/run/verdict-errors.ts';
import { openBed, type Bed } from './idle-load-balancer.ts';
import { inNetns, runTool, type Ground } from './idle-load-balancer-netns.ts';
import { netnsServer } from './idle-load-balancer-server.ts';
import { profileNamed } from '../profiles/profile.ts';

const resetProgram = fileURLToPath(new URL('../../../../fixtures/watch-balancer/flow-reset.py', import.meta.url));
let counter = 0;

/** What finish() says after `harm` was done to a bed of one balancer. */
async function endOf(profile: string, harm: (bed: Bed) => Promise<unknown>): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'staleproof-breaks-'));
  const undos: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true })];
  const slug = `brk${process.pid}n${(counter += 1)}`;
  const ground: Ground = {
    signal: AbortSignal.timeout(40_000),
    undo: (_title, run) => void undos.push(run),
    journal: { record: () => ({ undone: () => undefined }) },
  };
  try {
    const server = netnsServer(slug);
    const profiles = [profileNamed(profile)];
    const bed = await openBed({
      ...ground,
      ...{ slug, server, profiles, clients: ['one'], idleSeconds: 5, port: 8600, folder, resetProgram },
    });
    await harm(bed);
    await delay(300);
    return await bed.finish().catch((error: unknown) => error);
  } finally {
    for (const undo of undos.reverse()) await undo();
  }
}

/** Kills the programs of that name in the balancer's namespace, and no others. */
const killed = (name: string) => async (bed: Bed) => {
  const netns = bed.lanes[0]?.netns ?? '';
  const pids = (await runTool(['ip', 'netns', 'pids', netns])).split('\n').filter(Boolean);
  for (const pid of pids) {
    const command = await runTool(['cat', `/proc/${pid}/comm`]);
    if (command.trim() === name) await runTool(inNetns(netns, ['kill', '-9', pid]));
  }
};

describe('a balancer that breaks', function () {
  this.timeout(60_000);
  before(function () {
    if (process.getuid?.() !== 0) this.skip();
  });

  for (const [what, profile, program, message] of [
    ['a resetter that died', 'azure-reset', 'python3', /a balancer died during the run/],
    ['a proxy that died', 'proxy-fin', 'haproxy', /a balancer died during the run/],
    ['a capture that died', 'none', 'tcpdump', /expected 0 packets dropped by the kernel, observed no summary/],
  ] as const)
    it(`${what} makes the run infrastructure, never a pass`, async () => {
      const error = await endOf(profile, killed(program));
      expect(error).to.be.instanceOf(InfrastructureError);
      expect((error as Error).message).to.match(message);
    });

  it('a bed that nobody harmed ends without a word', async () => {
    expect(await endOf('none', () => Promise.resolve())).to.equal(undefined);
  });
});
