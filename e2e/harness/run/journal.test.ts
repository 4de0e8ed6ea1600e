import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Journal } from './journal.ts';
import { readJournal, readJournals, replay } from './journal-replay.ts';
import { processStartTime } from './journal-process.ts';

function run(...argv: readonly string[]): string {
  return execFileSync(argv[0] ?? '', argv.slice(1), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'staleproof-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** As if the run that wrote it had died. */
function bury(path: string): void {
  const [header = '', ...rest] = readFileSync(path, 'utf8').split('\n');
  writeFileSync(path, [JSON.stringify({ ...(JSON.parse(header) as object), startTime: '1' }), ...rest].join('\n'));
}

describe('the journal', () => {
  it('is on disk before the change can be made, and gone when all is taken back', async () => {
    const journal = new Journal('r1', folder);
    const path = join(folder, 'new');
    const change = journal.record({ kind: 'file', path, original: null });
    expect(readJournal(journal.path).open.map((one) => one.entry)).to.deep.equal([
      { kind: 'file', path, original: null },
    ]);
    writeFileSync(path, 'x');
    await change.undo();
    await change.undo();
    expect(existsSync(path)).to.equal(false);
    journal.close();
    expect(existsSync(journal.path)).to.equal(false);
  });

  it('takes back last in, first out, with original values', async () => {
    const path = join(folder, 'value');
    writeFileSync(path, 'original', { mode: 0o640 });
    const journal = new Journal('r1', folder);
    for (const next of ['first', 'second']) {
      journal.record({ kind: 'file', path, original: readFileSync(path).toString('base64'), mode: 0o640 });
      writeFileSync(path, next);
    }
    await journal.undoAll();
    expect(readFileSync(path, 'utf8')).to.equal('original');
    expect(existsSync(journal.path)).to.equal(false);
  });

  it('goes on after a failure, names it, and leaves it to gc', async () => {
    const journal = new Journal('r1', folder);
    const good = join(folder, 'good');
    journal.record({ kind: 'file', path: good, original: null });
    writeFileSync(good, 'x');
    // Not a folder, so nothing can be restored below it.
    journal.record({ kind: 'file', path: '/proc/version/x', original: 'eA==' });
    const error: unknown = await journal.undoAll().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect((error as Error).message).to.match(
      /^not taken back \(try `npm run gc`; journal .*r1\.jsonl\): file \/proc\/version\/x/,
    );
    expect(existsSync(good)).to.equal(false);
    expect(readJournal(journal.path).open).to.have.length(1);
  });

  it('is there with its first line, which says whose it is, before anything is changed; goes when nothing was', async () => {
    const journal = new Journal('r1', folder);
    journal.open();
    expect(readJournal(journal.path)).to.deep.include({ alive: true, open: [], unreadable: [] });
    journal.close();
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('is not written into what a dead run of the same name left', async () => {
    const dead = new Journal('r1', folder);
    dead.record({ kind: 'file', path: join(folder, 'x'), original: null });
    bury(dead.path);
    const living = new Journal('r1', folder);
    living.record({ kind: 'file', path: join(folder, 'y'), original: null });
    expect(readJournals(folder).map(({ alive, open }) => [alive, open.length])).to.have.deep.members([
      [false, 1],
      [true, 1],
    ]);
  });

  it('leaves what was released', async () => {
    const path = join(folder, 'kept');
    const journal = new Journal('r1', folder);
    const change = journal.record({ kind: 'file', path, original: null });
    writeFileSync(path, 'x');
    change.release();
    await journal.undoAll();
    expect(existsSync(path)).to.equal(true);
  });

  it('ends a process that it started, and no other of the same pid', async () => {
    const child = spawn('sleep', ['600']);
    const gone = new Promise((resolve) => child.once('exit', resolve));
    const pid = child.pid ?? 0;
    const stranger = new Journal('r1', folder);
    stranger.record({ kind: 'process', pid, startTime: '1' });
    await stranger.undoAll();
    expect(processStartTime(pid)).to.be.a('string');
    const owner = new Journal('r2', folder);
    owner.record({ kind: 'process', pid, startTime: processStartTime(pid) ?? '' });
    await owner.undoAll();
    await gone;
  });
});

describe('replaying a journal', () => {
  function left(): { readonly file: string; readonly journal: string } {
    const journal = new Journal('dead', folder);
    const file = join(folder, 'left');
    journal.record({ kind: 'file', path: file, original: null });
    writeFileSync(file, 'x');
    return { file, journal: journal.path };
  }

  it('never touches a living run', async () => {
    const { file, journal } = left();
    expect(readJournal(journal).alive).to.equal(true);
    const error = await replay(readJournal(journal), { dryRun: false }).catch((reason: unknown) => reason);
    expect(String(error)).to.contain('its run is alive');
    expect(existsSync(file)).to.equal(true);
  });

  it('knows a dead run by the start time of its process, and says what it would do', async () => {
    const { file, journal } = left();
    bury(journal);
    expect(await replay(readJournal(journal), { dryRun: true })).to.deep.equal({
      done: [`file ${file}`],
      closed: [],
      failed: [],
    });
    expect(existsSync(file)).to.equal(true);
    expect(await replay(readJournal(journal), { dryRun: false })).to.deep.equal({
      done: [`file ${file}`],
      closed: [],
      failed: [],
    });
    expect([existsSync(file), existsSync(journal)]).to.deep.equal([false, false]);
  });

  it('ignores a line that was cut by death, not one that was spoilt', async () => {
    const { journal } = left();
    bury(journal);
    writeFileSync(journal, `${readFileSync(journal, 'utf8')}{"type":"change","id":"x","ent`);
    expect(readJournal(journal).unreadable).to.deep.equal([]);
    writeFileSync(journal, `${readFileSync(journal, 'utf8')}\n`);
    const report = await replay(readJournal(journal), { dryRun: false });
    expect(report.done).to.have.length(1);
    expect(report.failed).to.have.length(1);
    expect(existsSync(journal)).to.equal(true);
  });

  it('notes what it took back after a line that was cut by death, so that the next gc can read both', async () => {
    const { journal } = left();
    const stays = { kind: 'file', path: '/proc/version/x', original: 'eA==' };
    bury(journal);
    const change = JSON.stringify({ type: 'change', id: 'y', wall: '', entry: stays });
    writeFileSync(journal, `${readFileSync(journal, 'utf8')}${change}\n{"type":"change","id":"x","ent`);
    expect(await replay(readJournal(journal), { dryRun: false })).to.have.nested.property('failed.length', 1);
    const { open, unreadable } = readJournal(journal);
    expect(open.map(({ entry }) => entry)).to.deep.equal([stays]);
    expect(unreadable).to.deep.equal([]);
  });

  it('does not restore what a reboot has reset', async () => {
    const { journal } = left();
    const [header = '', ...rest] = readFileSync(journal, 'utf8').split('\n');
    const sysctl = { kind: 'sysctl', place: { at: 'host' }, key: 'net.ipv4.ip_default_ttl', value: '99' };
    const change = JSON.stringify({ type: 'change', id: 'y', wall: '', entry: sysctl });
    const before = JSON.stringify({ ...(JSON.parse(header) as object), bootId: 'earlier' });
    writeFileSync(journal, [before, change, ...rest].join('\n'));
    const { closed } = await replay(readJournal(journal), { dryRun: false });
    expect(closed[0]).to.equal('sysctl net.ipv4.ip_default_ttl on this machine back to 99 (gone with the reboot)');
    expect(readFileSync('/proc/sys/net/ipv4/ip_default_ttl', 'utf8').trim()).not.to.equal('99');
  });
});

describe('kill -9 at 20 random moments', function () {
  this.timeout(240_000);
  const tag = `k${process.pid}`;
  const writer = fileURLToPath(new URL('testdata/journal-writer.ts', import.meta.url));
  before(function () {
    if (process.getuid?.() !== 0) this.skip();
  });
  afterEach(() => {
    try {
      run('ip', 'netns', 'delete', `sp-${tag}`);
    } catch {
      // The test did not get so far.
    }
  });

  it('leaves namespaces, tables, sysctls and files as they were after gc', async () => {
    run('ip', 'netns', 'add', `sp-${tag}`);
    run('ip', 'netns', 'exec', `sp-${tag}`, 'sh', '-c', 'echo 61 > /proc/sys/net/ipv4/ip_default_ttl');
    writeFileSync(join(folder, 'kept'), 'original', { mode: 0o600 });
    mkdirSync(join(folder, 'files'));
    const state = (): object => ({
      netns: run('ip', 'netns', 'list')
        .split('\n')
        .filter((line) => line.startsWith(`sp-${tag}`)),
      tables: run('ip', 'netns', 'exec', `sp-${tag}`, 'nft', 'list', 'tables'),
      ttl: run('ip', 'netns', 'exec', `sp-${tag}`, 'cat', '/proc/sys/net/ipv4/ip_default_ttl').trim(),
      kept: readFileSync(join(folder, 'kept'), 'utf8'),
      files: readdirSync(join(folder, 'files')),
    });
    const before = state();
    let changes = 0;
    for (let kill = 0; kill < 20; kill++) {
      const child = spawn(process.execPath, ['--import', 'tsx', writer, folder, tag], { stdio: 'ignore' });
      const gone = new Promise((resolve) => child.once('exit', resolve));
      while (!existsSync(join(folder, 'journal', `writer-${tag}.jsonl`))) await delay(5);
      await delay(Math.random() * 400);
      child.kill('SIGKILL');
      await gone;
      // A command that the writer had begun may still be running; it ends by itself.
      await delay(150);
      for (const journal of readJournals(join(folder, 'journal'))) {
        changes += journal.open.length;
        expect((await replay(journal, { dryRun: false })).failed).to.deep.equal([]);
      }
      expect(state(), `after kill ${kill + 1}`).to.deep.equal(before);
    }
    expect(changes).to.be.greaterThan(20);
  });
});
