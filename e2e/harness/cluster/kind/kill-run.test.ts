/** Slow and real, so only when asked for: KILLS=20 KILL_IMAGE=<node image> npx mocha e2e/harness/cluster/kind/kill-run.test.ts */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { journalFolder } from '../../run/journal.ts';
import { stateFolder } from '../../run/state-folder.ts';

const kills = Number(process.env['KILLS'] ?? 0);
const image = process.env['KILL_IMAGE'] ?? '';
const withinMs = Number(process.env['KILL_WITHIN_S'] ?? 75) * 1000;
const purpose = `kill${process.pid}`;
const program = fileURLToPath(new URL('testdata/cluster-run.ts', import.meta.url));
const gc = fileURLToPath(new URL('../../../commands/gc.ts', import.meta.url));

function lines(file: string, ...args: readonly string[]): readonly string[] {
  return execFileSync(file, args, { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '');
}

/** What of this machine bears the test's name, and what it could have changed for all. */
function state(): object {
  const ours = (list: readonly string[]): readonly string[] => list.filter((line) => line.includes(purpose));
  // Without any run so far there is no folder of journals.
  const names = (folder: string): readonly string[] => (existsSync(folder) ? ours(readdirSync(folder)) : []);
  return {
    containers: ours(lines('docker', 'ps', '--all', '--format', '{{.Names}}')),
    networks: ours(lines('docker', 'network', 'ls', '--format', '{{.Name}}')),
    journals: names(journalFolder()),
    processes: ours(lines('ps', '-eo', 'args')).filter(
      (line) => /kind|docker (run|exec)/.test(line) && !line.includes('mocha'),
    ),
    tables: lines('nft', 'list', 'tables')
      .filter((line) => !line.includes('staleproof_guard'))
      .sort(),
    sysctls: lines(
      'sysctl',
      'net.ipv4.ip_forward',
      'net.ipv6.conf.all.forwarding',
      'net.netfilter.nf_conntrack_udp_timeout',
      'fs.inotify.max_user_instances',
    ),
  };
}

describe('kill -9 of a run on kind', function () {
  this.timeout(kills * 300_000 + 1_000);
  before(function () {
    if (kills === 0 || image === '') this.skip();
  });

  it('leaves nothing after gc', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'staleproof-kill-'));
    const before = state();
    for (let kill = 1; kill <= kills; kill++) {
      const child = spawn(
        process.execPath,
        ['--import', 'tsx', program, `${purpose}-${kill}`, purpose, image, folder],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      let last = 'started';
      child.stdout.on('data', (chunk: Buffer) => (last = String(chunk).trim().split('\n').at(-1) ?? last));
      // The last one dies for sure after it has changed things inside the cluster too.
      const untilChanged = kill === kills;
      const begun = performance.now();
      const moment = Math.random() * withinMs;
      const changed = new Promise((resolve) =>
        child.stdout.on('data', (chunk: Buffer) => String(chunk).includes('changed') && resolve(true)),
      );
      const gone = new Promise((resolve) => child.once('exit', resolve));
      await Promise.race([untilChanged ? changed : delay(moment), gone]);
      child.kill('SIGKILL');
      await gone;
      process.stdout.write(
        `    kill ${kill} after ${((performance.now() - begun) / 1000).toFixed(1)} s, at: ${last}\n`,
      );
      // Its exit code speaks of everything on this machine, leftovers of others too.
      const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', gc], { encoding: 'utf8' });
      const said = stdout.split('\n').filter((line) => line.includes(purpose));
      for (const line of said) process.stdout.write(`      ${line}\n`);
      expect(state(), `after kill ${kill} at "${last}"`).to.deep.equal(before);
    }
    rmSync(folder, { recursive: true, force: true });
    rmSync(join(stateFolder(), 'locks', `cluster-staleproof-${purpose}-ipv4.json`), { force: true });
  });
});
