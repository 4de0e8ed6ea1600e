/** Schedules without a cluster: a real run of the engine whose API server and pods are stand-ins on this machine. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { FakeApiServer } from '../harness/cluster/kube/fake-api-server.ts';
import { clockStepEnv, processFaults } from './process-faults.ts';
import type { SmallDisk } from './small-disk.ts';
import type { World } from './world.ts';

const token = 'stand-in-token';

export async function standInWorld(disk: SmallDisk): Promise<World> {
  const home = mkdtempSync(join(tmpdir(), 'staleproof-faults-'));
  const journals = join(home, 'staleproof', 'journal');
  const mark = join(home, 'mark');
  const env = { XDG_STATE_HOME: home, SURROUNDED_MARK: mark, SURROUNDED_RUN: 'surrounded' };
  let server = await FakeApiServer.start(token);
  const { port } = server;
  const restart = async (downMs: number): Promise<void> => {
    await server.stop();
    await delay(downMs);
    server = await FakeApiServer.start(token, port);
  };
  const broken = /exec .*(stream|ECONNREFUSED|ECONNRESET|socket hang up)|ended first/s;
  return {
    name: 'stand-in',
    bodyMs: 2_500,
    boundMs: 60_000,
    settleMs: 2_000,
    faults: {
      ...processFaults(disk),
      'API server restarted': {
        named: broken,
        strike() {
          const restarted = restart(700);
          return Promise.resolve(() => restarted);
        },
      },
      'exec streams cut': {
        named: broken,
        strike() {
          server.cutExecs();
          return Promise.resolve(() => Promise.resolve());
        },
      },
    },
    command: (reports, { faults }) => ({
      argv: [
        ...['--import', './e2e/faults/clock-step.mjs', '--import', 'tsx', 'e2e/cli.ts'],
        ...['--specs', 'e2e/engine-tests/fixtures/surrounded.spec.ts', '--reports-folder', reports, '-v'],
        ...['--reporter', 'none', '--slow-factor', '1', '--cleanup-timeout', '10s'],
      ],
      env: { ...env, SURROUNDED_KUBECONFIG: server.kubeconfig, ...clockStepEnv(faults) },
      begun: 'surrounded\n',
    }),
    state: () =>
      Promise.resolve({ mark: existsSync(mark), journals: existsSync(journals) ? readdirSync(journals) : [] }),
    async gc() {
      const { readJournals, replay } = await import('../harness/run/journal-replay.ts');
      for (const journal of readJournals(journals)) if (!journal.alive) await replay(journal, { dryRun: false });
    },
    async close() {
      await server.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
