import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { CaptureInstance, CaptureStage } from '../stage/capture-stage.ts';
import { JudgementError } from '../../../harness/run/verdict-errors.ts';
import type { Finding } from '../../../harness/run/context.ts';
import { judgeBlindWindows, judgeCompleteness } from './capture-completeness.ts';
import type { Expected } from './expected.ts';
import type { JudgedFile } from './capture-file-judgement.ts';

const numbers = (from: number, to: number): Set<number> =>
  new Set(Array.from({ length: to - from + 1 }, (_, i) => from + i));

function stageOf(blindWindows = new Map<string, number>(), slowFactor = 1): CaptureStage {
  const judge = (finding: Finding): void => {
    if (!finding.ok) throw new JudgementError(finding);
  };
  return {
    t: { judge, env: { slowFactor }, evidence: { measure: () => undefined } },
    subject: { name: 's' },
    blindWindows,
  } as unknown as CaptureStage;
}
const instance = (asked: CaptureInstance['asked'], contention = 1): CaptureInstance =>
  ({
    ...{ name: 'target', uid: 'u1', ips: new Set(), node: { name: 'n' }, asked },
    contention: new Map([['i', contention]]),
  }) as unknown as CaptureInstance;
const fileOf = (captured: Set<number>, owner = 'u1'): JudgedFile =>
  ({ owner, contents: { sent: new Map([['i', captured]]) } }) as unknown as JudgedFile;
const judge = (expected: Expected, files: readonly JudgedFile[], stage = stageOf()): void =>
  judgeCompleteness(stage, expected, files, new Map([['i', numbers(0, 99)]]));

describe('what is owed of an instance', () => {
  it('is all of it from the third packet on, when it was asked for before it began', () => {
    const expected = { instance: instance('before'), ended: true };
    judge(expected, [fileOf(numbers(2, 99))]);
    expect(() => judge(expected, [fileOf(numbers(3, 99))])).to.throw('3 missed at the start = 150 ms');
    expect(() => judge(expected, [fileOf(numbers(0, 98))])).to.throw('1 at the end');
    expect(() => judge(expected, [fileOf(new Set([...numbers(0, 40), ...numbers(42, 99)]))])).to.throw('1 between');
    expect(() => judge(expected, [])).to.throw('observed 0');
  });

  it('grows with what the target itself had to wait for a core, and not without limit', () => {
    const late = (packets: number, contention: number) => () =>
      judge({ instance: instance('before', contention), ended: true }, [fileOf(numbers(packets, 99))]);
    late(5, 2.6)();
    expect(late(6, 2.6)).to.throw('at most 5 at the start (2 × 2.6, as much slower as the machine is)');
    expect(late(3, 1.5)).to.throw('at most 2 at the start,');
    judge({ instance: instance('before'), ended: true }, [fileOf(numbers(6, 99))], stageOf(undefined, 3));
    expect(late(21, 50)).to.throw('at most 20 at the start');
  });

  it('is all since its first packet, when it was asked for while it ran', () => {
    judge({ instance: instance('after'), ended: true }, [fileOf(numbers(60, 99))]);
    expect(() => judge({ instance: instance('after'), ended: true }, [fileOf(numbers(60, 98))])).to.throw('at the end');
    expect(() => judge({ instance: instance('after'), ended: true }, [])).to.throw('observed 0');
  });

  it('is nothing, when the subject was never asked for it; but a file of it is held to it', () => {
    judge({ instance: instance('never'), ended: false }, [fileOf(numbers(0, 99), 'u2')]);
    expect(() => judge({ instance: instance('never'), ended: true }, [fileOf(numbers(0, 50))])).to.throw(
      '49 at the end',
    );
  });

  it('is no file at all, when the capture was over before', () => {
    judge({ instance: instance('before'), ended: true, unwanted: true }, []);
    const unwanted = { instance: instance('before'), ended: true, unwanted: true };
    expect(() => judge(unwanted, [fileOf(numbers(0, 1))])).to.throw('no capture of target');
  });
});

describe('blind windows over many recreations', () => {
  const windows = (total: number, late: number): CaptureStage =>
    stageOf(new Map(Array.from({ length: total }, (_, i) => [`u${i}/i`, i < late ? 1 : 0])));

  it('may be there in five of a hundred', () => {
    judgeBlindWindows(windows(100, 5));
    expect(() => judgeBlindWindows(windows(100, 6))).to.throw('at most 5 of 100 instances');
  });

  it('are only measured over fewer', () => {
    judgeBlindWindows(windows(21, 3));
  });

  it('are kept for instances that were asked for before they began, and for no others', () => {
    const kept = new Map<string, number>();
    judge({ instance: instance('before'), ended: true }, [fileOf(numbers(1, 99))], stageOf(kept));
    judge({ instance: instance('after'), ended: true }, [fileOf(numbers(50, 99))], stageOf(kept));
    expect([...kept]).to.deep.equal([['u1/i', 1]]);
  });
});
