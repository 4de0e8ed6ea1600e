import { expect } from 'chai';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { AttemptState, here } from './attempt-state.ts';
import { RunClock } from './clock.ts';
import type { SpecContext } from './context.ts';
import type { Environment } from './environment.ts';
import { createContext } from './spec-context.ts';

const info = { id: 'capture/x', area: 'capture', title: '', claim: '', tags: [], core: false, file: '', refs: [] };
let folder = '';

function contextOf(attempt = 1, repetition = 1): { t: SpecContext; state: AttemptState; clock: RunClock } {
  const state = new AttemptState(info, attempt, repetition);
  const clock = new RunClock();
  const t = createContext({
    state,
    clock,
    env: {} as Environment,
    run: '20260101-000000-abcd',
    folder,
    iterations: undefined,
    judgesSubject: false,
    onLog: () => undefined,
    onStep: () => undefined,
  });
  return { t, state, clock };
}

describe('the context of a spec', () => {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'staleproof-context-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('has a slug that fits into names and is used once', () => {
    const slugs = [contextOf(1, 1), contextOf(2, 1), contextOf(1, 2)].map(({ t }) => t.slug);
    expect(new Set(slugs).size).to.equal(3);
    for (const slug of slugs)
      expect(slug)
        .to.match(/^[a-z]([a-z0-9-]*[a-z0-9])?$/)
        .and.to.have.length.at.most(20);
  });

  it('puts moments of the wall clock on the clock of the run', () => {
    const { t } = contextOf();
    expect(Math.abs(t.evidence.fromWall(Date.now()) - t.evidence.now())).to.be.below(50);
  });

  it('nests steps by who called them, not by when they ran', async () => {
    const { t, state } = contextOf();
    await here.run({ state, depth: 0, part: 'body' }, async () => {
      await t.step('outer', () => Promise.all([t.step('left', async () => 1), t.step('right', async () => 2)]));
      await t.step('after', async () => undefined);
    });
    expect(state.steps.map(({ title, depth }) => `${depth} ${title}`)).to.deep.equal([
      '0 outer',
      '1 left',
      '1 right',
      '0 after',
    ]);
    for (const step of state.steps) expect(step.endedAt).to.be.at.least(step.startedAt);
  });

  it('gives the path of an attachment in a failed judgement', async () => {
    const { t } = contextOf();
    await t.attach('rows.txt', 'udp 17');
    expect(await readFile(join(folder, 'artifacts/capture/x/1/rows.txt'), 'utf8')).to.equal('udp 17');
    const finding = { ok: false, subject: 's', expected: 'e', observed: 'o', artifact: 'rows.txt' };
    expect(() => t.judge(finding)).to.throw('s: expected e, observed o; see artifacts/capture/x/1/rows.txt');
  });

  it('keeps the first decision, and none that was made after the signal', () => {
    const first = contextOf();
    for (const reason of ['first', 'second']) expect(() => first.t.inconclusive(reason)).to.throw(reason);
    expect(first.state.decided?.message).to.equal('first');
    const late = contextOf();
    late.state.controller.abort(new Error('deadline'));
    expect(() => late.t.judge({ ok: false, subject: 's', expected: 'e', observed: 'o' })).to.throw();
    expect(late.state.decided).to.equal(undefined);
  });

  it('records a premise with its time, proven or not', async () => {
    const { t, state } = contextOf();
    const value = await t.evidence.require({
      name: 'row',
      lane: 'rows',
      prove: () => Promise.resolve({ proven: true, value: 42, summary: 'a row', data: { rows: 1 } }),
    });
    expect(value).to.equal(42);
    expect(state.evidence[0]).to.deep.include({ kind: 'proof', lane: 'rows', summary: 'a row', data: { rows: 1 } });
    expect(state.provenPremises).to.equal(1);
  });
});
