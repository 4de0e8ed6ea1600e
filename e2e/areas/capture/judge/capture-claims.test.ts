import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { SpecContext } from '../../../harness/run/context.ts';
import { prove, runOne } from '../../../harness/run/testdata/run-one-attempt.ts';
import type { CaptureInstance, CaptureStage } from '../stage/capture-stage.ts';
import { NotReached } from '../stage/capture-wait.ts';
import type { CaptureView } from '../subjects/capture-subject.ts';
import { awaitBound, awaitPhase, judgeClaims } from './capture-claims.ts';

const bound: CaptureView = {
  ...{ uid: 'o', phase: 'Capturing', capturing: true, reason: '', podUID: 'u1' },
  files: [{} as CaptureView['files'][number]],
};
const instance = {
  name: 'target',
  uid: 'u1',
  ips: new Set(),
  node: { name: 'n' },
  asked: 'before',
} as unknown as CaptureInstance;

/** A subject that says one thing, looked at once. */
function stageOf(t: SpecContext, view: CaptureView | undefined): CaptureStage {
  return {
    ...{ t, subject: { name: 's' }, can: () => true, bound: new Map() },
    view: () => Promise.resolve(view),
    mark: () => Promise.resolve(new Map([['i', 7]])),
    wait: async (what: string, _ms: number, probe: () => Promise<unknown>) => {
      const value = await probe();
      if (value === undefined) throw new NotReached(what);
      return value;
    },
  } as unknown as CaptureStage;
}

async function outcomeOf(view: CaptureView | undefined, wait: (stage: CaptureStage) => Promise<unknown>) {
  const { line } = await runOne(async (t) => {
    await prove(t);
    const stage = stageOf(t, view);
    await wait(stage);
    judgeClaims(stage);
  });
  return { verdict: line.verdict, outcomes: (line.judgements ?? []).map(({ outcome }) => outcome) };
}

describe('what a subject says of its capture', () => {
  it('is judged by one of its outcomes', async () => {
    const bind = (stage: CaptureStage) => awaitBound(stage, instance);
    expect(await outcomeOf(bound, bind)).to.deep.equal({ verdict: 'pass', outcomes: ['bound'] });
    const failing = async (view: CaptureView | undefined) => (await outcomeOf(view, bind)).outcomes.join();
    expect(await failing({ ...bound, capturing: false })).to.equal('not-capturing');
    expect(await failing({ ...bound, podUID: 'u2' })).to.equal('other-instance');
    expect(await failing({ ...bound, files: [] })).to.equal('not-again');
    expect(await failing(undefined)).to.equal('no-object');
  });

  it('has a phase and a reason', async () => {
    const refused = { ...bound, phase: 'Refused', reason: 'HostNetwork' };
    const ask = (reason: string) => (stage: CaptureStage) => awaitPhase(stage, 'Refused', reason);
    expect((await outcomeOf(refused, ask('HostNetwork'))).verdict).to.equal('pass');
    expect((await outcomeOf(refused, ask('CaptureAgent'))).outcomes).to.deep.equal(['other-reason']);
    expect((await outcomeOf(bound, ask('HostNetwork'))).outcomes).to.deep.equal(['other-phase']);
  });

  it('leaves a spec without a verdict when the body never comes to judge it', async () => {
    const { line } = await runOne(async (t) => {
      await prove(t);
      await awaitBound(stageOf(t, { ...bound, capturing: false }), instance);
      t.judge({ ok: true, subject: 's', expected: 'e', observed: 'o' });
    });
    expect(line.verdict).to.equal('inconclusive');
  });

  it('keeps how far the instance had come when it was first said', async () => {
    await runOne(async (t) => {
      await prove(t);
      const stage = stageOf(t, bound);
      await awaitBound(stage, instance);
      expect([...(stage.bound.get('o/u1') ?? [])]).to.deep.equal([['i', 7]]);
      judgeClaims(stage);
    });
  });
});
