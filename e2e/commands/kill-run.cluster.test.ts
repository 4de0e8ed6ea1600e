/**
 * Runs that die by kill -9 with a kind cluster of their own, and what `gc` takes back. CI kills one while it makes its cluster;
 * more, at any moment: `KILLS=20 KILL_WITHIN_S=75 npm test -- --cluster kill-run`.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { ensureNodeImage } from '../../hack/images/node-image.ts';
import { journalFolder } from '../harness/run/journal.ts';
import { readMark, writeMark } from '../harness/cluster/kind/cluster-mark.ts';
import { clusterName } from '../harness/cluster/kind/cluster-name.ts';
import { ourClusters } from '../harness/cluster/kind/our-clusters.ts';

const kills = Number(process.env['KILLS'] ?? 1);
const withinMs = Number(process.env['KILL_WITHIN_S'] ?? 20) * 1000;
const purpose = `kill${process.pid}`;
const name = clusterName(purpose, 'ipv4');
const program = fileURLToPath(new URL('../harness/cluster/kind/testdata/cluster-run.ts', import.meta.url));
const gcProgram = fileURLToPath(new URL('gc.ts', import.meta.url));
const key = 'net.netfilter.nf_conntrack_udp_timeout';

function lines(file: string, ...args: readonly string[]): readonly string[] {
  return execFileSync(file, args, { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '');
}

/** What of this machine bears the test's name, and what it could have changed for all. */
function state() {
  const ours = (list: readonly string[]): readonly string[] => list.filter((line) => line.includes(purpose));
  // Without any run so far there is no folder of journals.
  const names = (folder: string): readonly string[] => (existsSync(folder) ? ours(readdirSync(folder)) : []);
  return {
    containers: ours(lines('docker', 'ps', '--all', '--format', '{{.Names}}')).toSorted(),
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
      key,
      'fs.inotify.max_user_instances',
    ),
  };
}

const say = (line: string): void => void process.stdout.write(`    ${line}\n`);
const udpTimeout = (): string => lines('docker', 'exec', `${name}-worker`, 'sysctl', '-n', key).join();

describe('kill -9 of a run on kind', function () {
  this.timeout(kills * 300_000 + 300_000);
  let folder = '';
  let node: readonly string[] = [];
  const usual = process.env['XDG_STATE_HOME'];

  before(async function () {
    // The first one of a machine builds Kubernetes.
    this.timeout(40 * 60_000);
    const { image, podNetwork } = await ensureNodeImage({ log: say });
    node = [image, podNetwork];
    // Of its own: this gc must take back neither what others left nor what the set-up did for the tests that follow.
    folder = mkdtempSync(join(tmpdir(), 'staleproof-kill-'));
    process.env['XDG_STATE_HOME'] = folder;
  });
  after(() => {
    if (usual === undefined) delete process.env['XDG_STATE_HOME'];
    else process.env['XDG_STATE_HOME'] = usual;
    rmSync(folder, { recursive: true, force: true });
  });

  /** Until it ends by itself, after so many milliseconds, or once it has changed things inside the cluster. */
  async function run(id: number, until: number | 'ends' | 'changed', ...words: readonly string[]): Promise<void> {
    const argv = ['--import', 'tsx', program, `${purpose}-${id}`, purpose, join(folder, String(id)), ...node, ...words];
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
    let last = 'started';
    const begun = performance.now();
    const gone = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
    const changed = new Promise((resolve) =>
      child.stdout.on('data', (chunk: Buffer) => {
        last = String(chunk).trim().split('\n').at(-1) ?? last;
        if (until === 'changed' && String(chunk).includes('changed')) resolve(true);
      }),
    );
    const timed = typeof until === 'number' ? [delay(until)] : [];
    const ended = await Promise.race([gone, changed, ...timed]);
    child.kill('SIGKILL');
    await gone;
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    say(`run ${id} ${until === 'ends' ? 'ended' : 'was killed'} after ${seconds} s, at: ${last}`);
    if (until !== 'changed') return;
    expect(ended, `run ${id} changes the sysctl before it is killed; it said last: ${last}`).to.equal(true);
  }

  function gc(): void {
    // Its exit code speaks of everything on this machine, leftovers of others too.
    const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', gcProgram], { encoding: 'utf8' });
    for (const line of stdout.split('\n').filter((one) => one.includes(purpose))) say(`  ${line}`);
  }

  it('at any moment leaves nothing after gc', async () => {
    const untouched = state();
    for (let kill = 1; kill <= kills; kill++) {
      await run(kill, Math.random() * withinMs, 'value=77');
      gc();
      expect(state(), `after kill ${kill}`).to.deep.equal(untouched);
    }
  });

  it('one after the other on one cluster: gc undoes the last one first, and spares the cluster while it is kept', async () => {
    const untouched = state();
    await run(101, 'changed', 'value=77');
    // Taken over from a dead run, and kept: its change stays, in the dead run's journal.
    await run(102, 'ends', 'reuse', 'keep');
    expect(udpTimeout()).to.equal('77');
    await run(103, 'changed', 'reuse', 'value=99');
    expect(state().journals).to.deep.equal([`${purpose}-101.jsonl`, `${purpose}-103.jsonl`]);
    gc();
    expect(udpTimeout()).to.equal('30');
    expect(state().containers).to.deep.equal([`${name}-control-plane`, `${name}-worker`]);
    expect(state().journals).to.deep.equal([]);

    const [cluster] = await ourClusters(name);
    const mark = cluster && (await readMark(cluster));
    if (mark === undefined) throw new Error(`no mark of ${name}`);
    await writeMark(name, { ...mark, kept: false });
    gc();
    expect(state()).to.deep.equal(untouched);
  });
});
