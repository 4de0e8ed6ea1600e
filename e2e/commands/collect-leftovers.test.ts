import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, utimesSync, writeFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { recordChange, recordedChanges } from '../../hack/machine/machine-state.ts';
import { type ClusterIdentity, newIdentity } from '../harness/cluster/kind/cluster-identity.ts';
import { FakeDocker } from '../harness/cluster/kind/fake-docker.ts';
import { Journal, journalFolder } from '../harness/run/journal.ts';
import type { JournalEntry } from '../harness/run/journal-entry.ts';
import { ownerFor } from '../harness/run/process-lock.ts';
import { collectLeftovers } from './collect-leftovers.ts';

const program = fileURLToPath(new URL('../harness/cluster/kind/testdata/living-run.ts', import.meta.url));
const ROUNDS = 20;

let fake: FakeDocker;
const living: ChildProcess[] = [];
beforeEach(() => (fake = new FakeDocker()));
afterEach(async () => {
  await Promise.all(living.splice(0).map((child) => end(child, 'SIGKILL')));
  fake.close();
});

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  return gone;
}

/** A process with the names' locks and a journal; `network` of a cluster that it makes, `network=file of its mark` of one taken over. */
async function live(run: string, ...clusters: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', program, run, ...clusters], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  living.push(child);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return child;
}

/** The journal of a run that was killed after these changes. */
function die(run: string, entries: readonly JournalEntry[], startTime = '1'): string {
  const journal = new Journal(run);
  for (const entry of entries) journal.record(entry);
  const [header = '', ...rest] = readFileSync(journal.path, 'utf8').split('\n');
  writeFileSync(journal.path, [JSON.stringify({ ...(JSON.parse(header) as object), startTime }), ...rest].join('\n'));
  return journal.path;
}

const clusterEntry = (identity: ClusterIdentity): JournalEntry => ({ kind: 'kind-cluster', ...identity });
const sysctlEntry = (name: string, id: string | undefined, cluster: ClusterIdentity): JournalEntry => ({
  kind: 'sysctl',
  place: { at: 'container', name, ...(id !== undefined && { id }), cluster },
  key: 'net.netfilter.nf_conntrack_udp_timeout',
  value: '30',
});

async function gc(dryRun = false): Promise<{ readonly code: number; readonly text: string }> {
  const lines: string[] = [];
  const code = await collectLeftovers(dryRun, (line) => lines.push(line));
  return { code, text: lines.join('\n') };
}

describe('gc beside living runs', function () {
  this.timeout(120_000);

  it(`touches nothing of two living runs and of a kept cluster, and takes back what a dead run left, ${ROUNDS} times`, async () => {
    const [made, taken] = [newIdentity('staleproof-a-ipv4'), newIdentity('staleproof-b-ipv4')];
    fake.cluster(made, { unmarked: true });
    const [control = ''] = fake.cluster(taken, { mark: { run: 'dead-before' } });
    await live('living-1', made.network);
    await live('living-2', `${taken.network}=containers/${control}/mark.json`);
    fake.cluster('staleproof-by-hand');
    fake.cluster(newIdentity('staleproof-young-ipv4'), { unmarked: true, minutesOld: 2 });
    recordChange({ kind: 'sysctl', key: 'fs.inotify.max_user_instances', original: '128', set: '7' });
    for (let round = 1; round <= ROUNDS; round++) {
      const kept = newIdentity(`staleproof-k${round}-ipv4`);
      const state = round % 2 === 0 ? 'exited' : 'running';
      const [keptNode = ''] = fake.cluster(kept, { state, mark: { kept: true, run: `dead-${round}` } });
      const before = fake.state();
      const left = newIdentity(round % 3 === 0 ? 'staleproof-c-ipv4' : `staleproof-c${round}-ipv4`);
      const [node] = fake.cluster(left, round % 4 === 0 ? { unmarked: true, minutesOld: 1 } : {});
      const journal = die(`dead-${round}`, [
        // It made one of this configuration, too; a living run took that away and made its own.
        clusterEntry(newIdentity(made.name)),
        sysctlEntry(`${made.name}-worker`, 'c0-that-is-gone', newIdentity(made.name)),
        clusterEntry(left),
        sysctlEntry(`${left.name}-control-plane`, node, left),
        // Made by it, kept by a later run.
        clusterEntry(kept),
        sysctlEntry(`${kept.name}-control-plane`, keptNode, kept),
      ]);
      const { code, text } = await gc();
      const restored = state === 'running' ? { [`containers/${keptNode}/sysctl`]: '30' } : {};
      expect(fake.state(), `round ${round}: ${text}`).to.deep.equal({ ...before, ...restored });
      expect([code, existsSync(journal)], text).to.deep.equal([0, false]);
      expect(recordedChanges()).to.have.length(1);
      fake.forget(kept);
    }
  });

  it('leaves a dead run’s cluster that a living run took over, says so, and removes it when that run is dead too', async () => {
    const taken = newIdentity('staleproof-b-ipv4');
    const [control = '', worker = ''] = fake.cluster(taken);
    const child = await live('living', `${taken.network}=containers/${control}/mark.json`);
    const before = fake.state();
    const path = die('dead', [clusterEntry(taken), sysctlEntry('staleproof-b-ipv4-worker', worker, taken)]);
    const { code, text } = await gc();
    expect(fake.state()).to.deep.equal(before);
    expect([code, existsSync(path)]).to.deep.equal([2, true]);
    expect(text).to.match(
      /run dead: NOT taken back: kind cluster staleproof-b-ipv4: .*used by run living \(process \d+\)/,
    );
    expect(text).to.match(/NOT taken back: sysctl .* in container staleproof-b-ipv4-worker .*used by run living/);
    await end(child, 'SIGKILL');
    expect(await gc()).to.deep.include({ code: 0 });
    expect([fake.state(), existsSync(path)]).to.deep.equal([{}, false]);
  });

  it('puts back what was there before the first of two dead runs, whatever their names', async () => {
    const kept = newIdentity('staleproof-k-ipv4');
    const [id = ''] = fake.cluster(kept, { mark: { kept: true } });
    const original = (value: string): JournalEntry => {
      const entry = sysctlEntry('staleproof-k-ipv4-control-plane', id, kept);
      return { ...entry, value } as JournalEntry;
    };
    die('a-first', [original('30')]);
    die('b-second', [original('77')], '2');
    expect(await gc()).to.deep.include({ code: 0 });
    expect(fake.state()[`containers/${id}/sysctl`]).to.equal('30');
  });

  it('does not see the locks of another home directory, and leaves what its living run uses', async () => {
    const used = newIdentity('staleproof-u-ipv4');
    fake.cluster(used, { mark: { user: ownerFor('elsewhere') } });
    const before = fake.state();
    die('dead', [clusterEntry(used)]);
    const { code, text } = await gc();
    expect([code, fake.state()]).to.deep.equal([2, before]);
    expect(text).to.contain('used by run elsewhere');
  });

  it('asks by identity what an older version named, and removes nothing by name alone', async () => {
    fake.cluster(newIdentity('staleproof-o-ipv4'), { mark: { kept: true } });
    const before = fake.state();
    const older = [
      { kind: 'docker-network', name: 'kind' },
      { kind: 'kind-cluster', name: 'staleproof-o-ipv4', binary: '/x/kind' },
      { kind: 'kind-cluster', name: 'staleproof-gone-ipv4', binary: '/x/kind' },
    ] as const;
    die('dead', older);
    fake.cluster('other');
    const { code, text } = await gc();
    expect(fake.state()).to.include(before);
    expect(code).to.equal(2);
    expect(text).to.match(/NOT taken back: kind cluster staleproof-o-ipv4: an older version/);
    expect(text).to.match(/NOT taken back: docker network kind: an older version/);
    expect(text).to.match(/nothing to take back: kind cluster staleproof-gone-ipv4 \(it is gone already\)/);
  });

  it('does not call gone what Docker does not answer for', async () => {
    const left = newIdentity('staleproof-c-ipv4');
    fake.cluster(left);
    const path = die('dead', [clusterEntry(left)]);
    recordChange({ kind: 'sysctl', key: 'fs.inotify.max_user_instances', original: '128', set: '7' });
    fake.down(true);
    const { code, text } = await gc();
    expect([code, existsSync(path), recordedChanges().length]).to.deep.equal([2, true, 1]);
    expect(text).to.match(/NOT taken back: kind cluster staleproof-c-ipv4: .*Cannot connect to the Docker daemon/);
    expect(text).to.match(/UNKNOWN: clusters were not looked for: .*Cannot connect/);
    expect(text).to.match(/guard and sysctls stay: Docker does not say/);
    fake.down(false);
    expect(await gc()).to.deep.include({ code: 0 });
  });

  it('changes nothing in a dry run, and says what it would do', async () => {
    const [left, kept] = [newIdentity('staleproof-c-ipv4'), newIdentity('staleproof-k-ipv4')];
    fake.cluster(left);
    fake.cluster(kept, { mark: { kept: true } });
    const before = fake.state();
    die('dead', [clusterEntry(left), clusterEntry(kept)]);
    const { text } = await gc(true);
    expect(fake.state()).to.deep.equal(before);
    expect(text).to.contain('would take back kind cluster staleproof-c-ipv4');
    expect(text).to.contain('nothing to take back: kind cluster staleproof-k-ipv4 (it is kept)');
  });

  it('leaves a journal that has no first line yet to the run that has just opened it', async () => {
    const path = join(journalFolder(), 'opened.jsonl');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
    await gc();
    expect(existsSync(path)).to.equal(true);
    utimesSync(path, new Date(0), new Date(0));
    await gc();
    expect(existsSync(path)).to.equal(false);
  });
});
