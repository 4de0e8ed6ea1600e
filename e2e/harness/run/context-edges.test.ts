/** Edges of the context of a spec and of the scheduler: found by `npm run prove -- mutation`. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { AttemptState, here } from './attempt-state.ts';
import { RunClock } from './clock.ts';
import type { Environment } from './environment.ts';
import { Scheduler, type Task } from './scheduler.ts';
import { createContext } from './spec-context.ts';

const info = { id: 'udp/x', area: 'udp', title: '', claim: '', tags: [], core: false, file: '', refs: [] };
const good = { ok: true, subject: 's', expected: 'e', observed: 'o' };
let folder = '';

function context() {
  const state = new AttemptState(info, 2, 3);
  const said: string[] = [];
  const t = createContext({
    ...{ state, clock: new RunClock(), env: {} as Environment, run: 'r', folder, iterations: 4, judgesSubject: false },
    onLog: (_, line) => said.push(`log ${line}`),
    onStep: (_, title) => said.push(`step ${title}`),
  });
  return { t, state, said };
}

describe('what a body says', () => {
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'staleproof-context-'))));
  after(() => rm(folder, { recursive: true }));

  it('is kept, with its own time or the moment', () => {
    const { t, state, said } = context();
    t.evidence.record({ kind: 'fault', lane: 'l', summary: 'at zero', at: 0 });
    t.evidence.record({ kind: 'fault', lane: 'l', summary: 'now' });
    t.evidence.series({ name: 's', lane: 'l', unit: 'u', points: [] });
    t.evidence.measure({ name: 'm', value: 1, unit: 'ms' });
    t.evidence.inShort('2 flows held');
    t.evidence.inShort('0 cut');
    t.evidence.inShort('2 flows held');
    t.log('a line');
    t.defer('undo', () => Promise.resolve());
    t.onTrouble('look', () => Promise.resolve());
    expect(state.evidence.map(({ at }) => at === 0)).to.deep.equal([true, false]);
    expect([state.series, state.measures, state.undos, state.collectors].map(({ length }) => length)).to.deep.equal([
      1, 1, 1, 1,
    ]);
    expect(state.inShort).to.deep.equal(['2 flows held', '0 cut']);
    expect(state.log[0]).to.match(/^ *\d+\.\d a line$/);
    expect(said).to.deep.equal(['log a line']);
    expect(t.iterations).to.equal(4);
    expect(state.artifacts).to.equal('artifacts/udp/x/r3-2');
  });

  it('counts judgements, and a good one decides nothing', () => {
    const { t, state } = context();
    t.judge(good);
    t.judge(good);
    expect(state.judgements.map(({ ok }) => ok)).to.deep.equal([true, true]);
    expect(state.decided).to.equal(undefined);
    expect(() => t.judge({ ...good, ok: false, artifact: 'nowhere.txt' })).to.throw('see nowhere.txt');
    expect(state.evidence.map(({ kind }) => kind)).to.deep.equal(['judgement', 'judgement', 'failed-judgement']);
  });

  it('finds the path of the attachment that is named, among others', async () => {
    const { t } = context();
    await t.attach('a.txt', 'a');
    await t.attach('b.txt', 'b');
    expect(() => t.judge({ ...good, ok: false, artifact: 'b.txt' })).to.throw('see artifacts/udp/x/r3-2/b.txt');
  });

  it('decides by skip and by a premise that is not proven, which counts for nothing', async () => {
    const skipped = context();
    expect(() => skipped.t.skip('no ipvs')).to.throw('no ipvs');
    expect(skipped.state.decided?.name).to.equal('SkipError');
    const { t, state } = context();
    const prove = () => Promise.resolve({ proven: false as const, reason: 'none' });
    const error = await t.evidence.require({ name: 'row', prove }).catch((reason: unknown) => reason as Error);
    expect(String(error)).to.equal('InconclusiveError: row: none');
    expect(state.provenPremises).to.equal(0);
    expect(state.evidence[0]).to.deep.include({ lane: 'premises', summary: 'not proven: row: none' });
    expect(state.evidence[0]).to.not.have.property('data');
  });

  it('writes below its own folder only, texts without secrets and bytes as they are', async () => {
    const { t, state } = context();
    for (const name of ['../out', '/etc/x', 'a/../../out'])
      expect(await t.attach(name, '').catch((error: unknown) => String(error)), name).to.match(
        /^ForeignNameError: .* leaves the folder/,
      );
    await t.attach('deep/a..txt', 'Authorization: Bearer abcdefghijklmnopqrstuvwx');
    await t.attach('bytes', Buffer.from([0xff, 0, 0xfe]));
    const read = (name: string) => readFile(join(folder, state.artifacts, name));
    expect((await read('deep/a..txt')).toString()).to.not.include('abcdefghijklmnopqrstuvwx');
    expect([...(await read('bytes'))]).to.deep.equal([0xff, 0, 0xfe]);
    expect(t.artifactPath('c.pcap')).to.equal(join(folder, state.artifacts, 'c.pcap'));
    expect(state.attachments.map(({ name }) => name)).to.deep.equal(['deep/a..txt', 'bytes', 'c.pcap']);
  });

  it('is refused once it is over; its clean-up may still speak after the body is closed', async () => {
    const { t, state } = context();
    state.bodyClosed = true;
    expect(() => t.log('x')).to.throw('is over');
    const within = (part: 'body' | 'clean-up') => here.run({ state, depth: 0, part }, () => t.log(part));
    expect(() => within('body')).to.throw('is over');
    within('clean-up');
    expect(state.log).to.have.length(1);
    state.bodyClosed = false;
    state.phase = 'over';
    expect(() => within('clean-up')).to.throw('is over');
  });

  it('notes a step that fails with its error, and one that throws something else', async () => {
    const { t, state, said } = context();
    await t.step('one', () => Promise.reject(new Error('bad'))).catch(() => undefined);
    expect(state.steps[0]).to.deep.include({ title: 'one', error: 'bad' });
    expect(state.steps[0]?.endedAt).to.be.a('number');
    expect(said).to.deep.equal(['step one']);
  });
});

describe('the scheduler', () => {
  const task = (id: string, more: Partial<Task> = {}): Task => ({ id, locks: [], ...more });
  const gates = () => {
    const open = new Map<string, () => void>();
    const run = ({ id }: Task) => new Promise<void>((resolve) => open.set(id, resolve));
    return { open, run };
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it('tells what runs and what waits, and ends when the last one has', async () => {
    const { open, run } = gates();
    const scheduler = new Scheduler([task('a'), task('b'), task('c')], 2, run, () => undefined);
    scheduler.start();
    expect([...scheduler.running].map(({ id }) => id)).to.deep.equal(['a', 'b']);
    expect(scheduler.waiting).to.equal(1);
    let ended = false;
    void scheduler.finished.then(() => (ended = true));
    open.get('a')?.();
    await turn();
    expect([...scheduler.running].map(({ id }) => id)).to.deep.equal(['b', 'c']);
    open.get('b')?.();
    await turn();
    expect(ended).to.equal(false);
    open.get('c')?.();
    await turn();
    expect(ended).to.equal(true);
  });

  it('starts nothing after it was closed, drops what waits, and waits for what runs', async () => {
    const { open, run } = gates();
    const dropped: string[] = [];
    const scheduler = new Scheduler([task('a'), task('b')], 1, run, ({ id }) => void dropped.push(id));
    scheduler.start();
    scheduler.close();
    let ended = false;
    void scheduler.finished.then(() => (ended = true));
    await turn();
    expect([dropped, ended]).to.deep.equal([['b'], false]);
    open.get('a')?.();
    await turn();
    expect(ended).to.equal(true);
    const idle = new Scheduler([task('a')], 1, run, () => undefined);
    idle.close();
    await idle.finished;
    idle.start();
    expect(idle.running.size).to.equal(0);
  });

  it('lets holders of a shared lock in together, and a task without a slot beside a full house', () => {
    const { run } = gates();
    const shared = { locks: [{ name: 'l', shared: true as const }] };
    const together = new Scheduler([task('a', shared), task('b', shared)], 5, run, () => undefined);
    together.start();
    expect(together.running.size).to.equal(2);
    const light = new Scheduler([task('a'), task('b', { slots: 0 }), task('c')], 1, run, () => undefined);
    light.start();
    expect([...light.running].map(({ id }) => id)).to.deep.equal(['a', 'b']);
    const mixed = new Scheduler(
      [task('a', shared), task('b', { locks: ['l'] }), task('c', shared)],
      5,
      run,
      () => undefined,
    );
    mixed.start();
    expect([...mixed.running].map(({ id }) => id)).to.deep.equal(['a']);
  });
});
