import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  conditionsOf,
  momentsBetween,
  SurroundingHistory,
  type NodeState,
  type SurroundingState,
} from './surrounding-history.ts';

const MINUTE = 60_000;
const node: NodeState = {
  ...{ running: true, paused: false, startedAt: '1970-01-01T00:00:00Z' },
  processes: { kubelet: '5', 'kube-apiserver': '7' },
};
const calm: SurroundingState = {
  ...{ atMs: 0, clockOffsetMs: 1000, freeBytes: 2 ** 30, bootMs: 0, daemon: '1 2', nodes: { cp: node } },
};
const moments = (now: Partial<SurroundingState>): readonly string[] =>
  momentsBetween(calm, { ...calm, atMs: MINUTE, ...now }).map(({ text }) => text);
const conditions = (now: Partial<SurroundingState>): readonly string[] => conditionsOf(calm, { ...calm, ...now }, '/r');
const nodeIs = (is: Partial<NodeState>) => ({ nodes: { cp: { ...node, ...is } } });

describe('what happened around a run', () => {
  it('is nothing when nothing happened, and when a clock is disciplined', () => {
    expect(moments({})).to.deep.equal([]);
    expect(moments({ clockOffsetMs: 2500 })).to.deep.equal([]);
    expect(conditions({})).to.deep.equal([]);
  });

  it('are moments: a clock that steps, something that starts again', () => {
    expect(moments({ clockOffsetMs: 3_601_000 })).to.deep.equal(['the wall clock was stepped by 3600 s']);
    expect(moments({ clockOffsetMs: -9_000 })).to.deep.equal(['the wall clock was stepped by -10 s']);
    expect(moments({ daemon: '8 9' })).to.deep.equal(["Docker's daemon was restarted"]);
    expect(moments(nodeIs({ startedAt: '1970-01-01T00:00:30Z', processes: {} }))).to.deep.equal([
      'node cp was restarted',
    ]);
    expect(moments(nodeIs({ processes: { kubelet: '6', 'kube-apiserver': '8' } }))).to.deep.equal([
      'kubelet on node cp was restarted',
      'the API server on node cp was restarted',
    ]);
  });

  it('are conditions: what is paused, stopped, gone or full', () => {
    expect(conditions({ freeBytes: 4096 })).to.deep.equal(['the disk under /r is full']);
    expect(conditions({ daemon: undefined })).to.deep.equal(["Docker's daemon is gone"]);
    expect(conditions({ nodes: {} })).to.deep.equal(['node cp is gone']);
    expect(conditions(nodeIs({ paused: true, processes: {} }))).to.deep.equal(['node cp is paused']);
    expect(conditions(nodeIs({ running: false }))).to.deep.equal(['node cp is stopped']);
    expect(conditions(nodeIs({ processes: { kubelet: '5' } }))).to.deep.equal(['the API server on node cp is gone']);
    expect(conditions({ silent: 'no socket', nodes: {} })).to.deep.equal([]);
  });

  it('a restart of 40 minutes ago excuses nobody now, and all who ran when it happened', () => {
    const history = new SurroundingHistory(calm, '/r');
    // Both were seen at the same look, 41 minutes after the one before.
    history.add({ ...calm, atMs: 41 * MINUTE, ...nodeIs({ processes: { kubelet: '5', 'kube-apiserver': '6000' } }) });
    const at = (fromMinute: number, untilMinute: number) =>
      history.during({ fromMs: fromMinute * MINUTE, untilMs: untilMinute * MINUTE }, []).events;
    const restarted = ['the API server on node cp was restarted'];
    expect(at(40, 41)).to.deep.equal([]);
    expect(at(0.5, 2)).to.deep.equal(restarted);
    expect(at(0.2, 3)).to.deep.equal(restarted);
  });

  it('a pause is told to each of its victims, until it ends', () => {
    const history = new SurroundingHistory(calm, '/r');
    const pausedAt = (minute: number) =>
      history.add({ ...calm, atMs: minute * MINUTE, ...nodeIs({ paused: true, processes: {} }) });
    pausedAt(1);
    const events = (from: number, until: number) =>
      history.during({ fromMs: from * MINUTE, untilMs: until * MINUTE }, []).events;
    expect(events(0, 1)).to.deep.equal(['node cp is paused']);
    expect(events(0, 1)).to.deep.equal(['node cp is paused']);
    pausedAt(5);
    history.add({ ...calm, atMs: 6 * MINUTE });
    history.add({ ...calm, atMs: 9 * MINUTE });
    expect(events(4, 5)).to.deep.equal(['node cp is paused']);
    expect(events(7, 9)).to.deep.equal([]);
    pausedAt(10);
    expect(events(7, 8.5)).to.deep.equal([]);
    expect(events(9.5, 10)).to.deep.equal(['node cp is paused']);
  });

  it('what a spec does itself explains nothing to others', () => {
    const history = new SurroundingHistory(calm, '/r');
    history.add({ ...calm, atMs: 2 * MINUTE, ...nodeIs({ startedAt: '1970-01-01T00:01:00Z' }) });
    const span = { fromMs: 0, untilMs: 2 * MINUTE };
    expect(history.during(span, [span]).events).to.deep.equal([]);
    expect(history.during(span, [{ fromMs: 1.5 * MINUTE, untilMs: 2 * MINUTE }]).events).to.have.length(1);
  });

  it('silence is told apart: it excuses nobody, and what lasted goes on', () => {
    const history = new SurroundingHistory(calm, '/r');
    history.add({ ...calm, atMs: MINUTE, ...nodeIs({ paused: true, processes: {} }) });
    history.add({ ...calm, atMs: 2 * MINUTE, silent: 'no socket', nodes: {} });
    const seen = history.during({ fromMs: 1.6 * MINUTE, untilMs: 2 * MINUTE }, []);
    expect(seen).to.deep.equal({
      events: ['node cp is paused'],
      unseen: ["Docker's daemon does not answer: no socket"],
    });
  });
});
