import { expect } from 'chai';
import { describe, it } from 'mocha';
import { judgeSchedule, type Ended } from './judge-schedule.ts';
import type { Fault } from './world.ts';

const fault = (named: RegExp, silent?: true): Fault => ({
  named,
  ...(silent === undefined ? {} : { silent }),
  strike: () => Promise.resolve(() => Promise.resolve()),
});
const faults = { pause: fault(/is paused/), kill: fault(/^/, true) };
const schedule = (name: string) => ({ number: 1, seed: 1, faults: [{ name, afterMs: 1 }] });
const ended: Ended = {
  exit: 2,
  durationMs: 1000,
  attempt: { verdict: 'inconclusive', reason: 'no row; meanwhile node w is paused' },
  output: '',
  before: { mark: false },
  after: { mark: false },
  neededGc: false,
  struck: [],
};
const judge = (extra: Partial<Ended>, name = 'pause') =>
  judgeSchedule(schedule(name), faults, { ...ended, struck: [name], ...extra });

describe('a disturbed run', () => {
  it('ends as it has to: not judged, the fault named, nothing left', () => {
    expect(judge({})).to.deep.include({ problems: [], verdict: 'inconclusive', restoredBy: 'the run', exit: '2' });
    expect(judge({ exit: 0, attempt: { verdict: 'pass' } }).problems).to.deep.equal([]);
    expect(judge({ neededGc: true }).restoredBy).to.equal('gc');
  });

  it('must not accuse, hang, keep silent or blame nothing', () => {
    expect(judge({ attempt: { verdict: 'fail', reason: 'node w is paused' } }).problems).to.deep.equal([
      'wrong verdict fail',
    ]);
    expect(judge({ exit: undefined }).problems[0]).to.match(/^still running after 1 s/);
    expect(judge({ attempt: { verdict: 'inconclusive', reason: 'no row' } }).problems).to.deep.equal([
      'the sentence names no fault',
    ]);
    expect(judge({ attempt: undefined }).problems).to.include('ended without a verdict or a sentence');
    expect(judge({ exit: 0 }).problems).to.deep.equal(['exit 0 although it was harmed']);
  });

  it('must leave nothing', () => {
    expect(judge({ after: { mark: true } })).to.deep.include({
      restoredBy: 'nobody',
      problems: ['left behind: mark was false, is true'],
    });
  });

  it('says in its output what it could not write', () => {
    const output = 'results: x\ninfrastructure-error: set-up failed: node w is paused\n';
    expect(judge({ attempt: undefined, output })).to.deep.include({ problems: [], verdict: 'none' });
  });

  it('that ended before its fault came must be whole', () => {
    expect(judge({ exit: 0, attempt: { verdict: 'pass' }, struck: [] }, 'kill').problems).to.deep.equal([]);
    expect(judge({ struck: [] }).problems).to.deep.equal(['the sentence names no fault']);
  });

  it('that was killed need not say anything', () => {
    expect(judge({ exit: 'SIGKILL', attempt: undefined }, 'kill')).to.deep.include({ problems: [], verdict: 'killed' });
  });
});
