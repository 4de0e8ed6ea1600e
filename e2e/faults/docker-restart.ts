/** Docker's daemon restarted under a run. It takes every container of the machine with it, so it is struck on request alone. */
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { startDocker } from '../../hack/machine/docker-daemon.ts';
import { docker, nodeContainers } from '../harness/cluster/kind/docker.ts';
import type { Fault } from './world.ts';

const stoppedWithinMs = 60_000;

export const DOCKER_RESTARTED = 'Docker daemon restarted';

/** Names of running containers that are not of this cluster: they would be struck too. */
export async function containersOfOthers(cluster: string): Promise<readonly string[]> {
  const ours = new Set(await nodeContainers(cluster));
  const running = (await docker(['ps', '--format', '{{.Names}}'])).split('\n');
  return running.filter((name) => name !== '' && !ours.has(name));
}

/** @param back waits until the cluster answers again, after its containers run */
export function dockerRestart(cluster: string, back: () => Promise<void>): Fault {
  return {
    named: /Docker|docker daemon|is not running|is gone|was restarted|is exited|ECONNREFUSED|ECONNRESET|socket hang up/,
    last: true,
    async strike() {
      const others = await containersOfOthers(cluster);
      if (others.length > 0)
        throw new Error(`Docker is not restarted: ${others.join(', ')} run on it, which are not of ${cluster}`);
      const nodes = await inOrderOfAddress(await nodeContainers(cluster));
      await restartDaemon();
      return async () => {
        // Docker brings nodes back in any order and numbers them anew, but a control plane knows itself by its address: the lowest
        // free one goes to the next that starts.
        await docker(['stop', '--time', '5', ...nodes]);
        for (const node of nodes) await docker(['start', node]);
        await back();
      };
    },
  };
}

async function inOrderOfAddress(nodes: readonly string[]): Promise<readonly string[]> {
  const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
  const addressOf = async (node: string): Promise<number> =>
    (await docker(['inspect', '--format', format, node]))
      .trim()
      .split('.')
      .reduce((value, part) => value * 256 + Number(part), 0);
  const known = await Promise.all(nodes.map(async (node) => ({ node, address: await addressOf(node) })));
  return known.sort((a, b) => a.address - b.address).map(({ node }) => node);
}

async function restartDaemon(): Promise<void> {
  if (existsSync('/run/systemd/system')) {
    await execa('systemctl', ['restart', 'docker']);
    return;
  }
  const pid = Number(readFileSync('/var/run/docker.pid', 'utf8'));
  process.kill(pid, 'SIGTERM');
  const started = performance.now();
  while (existsSync(`/proc/${pid}`)) {
    if (performance.now() - started > stoppedWithinMs)
      throw new Error(`dockerd (process ${pid}) still runs ${stoppedWithinMs / 1000} s after SIGTERM`);
    await delay(200);
  }
  await startDocker({ log: () => undefined });
}
