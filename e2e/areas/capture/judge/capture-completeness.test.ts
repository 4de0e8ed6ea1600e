import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { CaptureInstance, CaptureStage } from '../stage/capture-stage.ts';
import { InconclusiveError, JudgementError } from '../../../harness/run/verdict-errors.ts';
import type { AnyDecision } from '../../../harness/run/context.ts';
import { passesWith, type Judgement } from '../../../harness/run/judgement.ts';
import { judgeBlindWindows, judgeCompleteness } from './capture-completeness.ts';
import type { Expected } from './expected.ts';
import type { JudgedFile } from './capture-file-judgement.ts';
import type { Away } from '../evidence/capture-truth.ts';

const numbers = (from: number, to: number): Set<number> =>
  new Set(Array.from({ length: to - from + 1 }, (_, i) => from + i));

function stageOf(blindWindows = new Map<string, number>()): CaptureStage {
  const judge = (declared: Judgement, decision: AnyDecision): void => {
    if (!passesWith(declared, decision.outcome))
      throw new JudgementError({ ...decision, observed: `${decision.outcome}: ${decision.observed}` });
  };
  const inconclusive = (reason: string): never => {
    throw new InconclusiveError(reason);
  };
  return {
    t: { judge, inconclusive, evidence: { measure: () => undefined } },
    subject: { name: 's' },
    blindWindows,
    bound: new Map([
      ['o/u1', new Map([['i', 59]])],
      ['o2/u1', new Map([['i', 99]])],
    ]),
  } as unknown as CaptureStage;
}
const instance = (asked: CaptureInstance['asked'], contention = 1): CaptureInstance =>
  ({
    ...{ name: 'target', uid: 'u1', ips: new Set(), node: { name: 'n' }, incarnations: ['i'], asked },
    contention: new Map([['i', contention]]),
  }) as unknown as CaptureInstance;
const fileOf = (captured: Set<number>, owner = 'u1'): JudgedFile =>
  ({ owner, contents: { sent: new Map([['i', captured]]) } }) as unknown as JudgedFile;
const judge = (expected: Expected, files: readonly JudgedFile[], stage = stageOf(), object = 'o'): void =>
  judgeCompleteness(stage, expected, files, { received: new Map([['i', numbers(0, 99)]]), object });

describe('what is owed of an instance', () => {
  it('is all of it from the third packet on, when it was asked for before it began', () => {
    const expected = { instance: instance('before'), ended: true };
    judge(expected, [fileOf(numbers(2, 99))]);
    expect(() => judge(expected, [fileOf(numbers(3, 99))])).to.throw('3 missed at the start = 150 ms');
    expect(() => judge(expected, [fileOf(numbers(0, 98))])).to.throw('1 at the end');
    expect(() => judge(expected, [fileOf(new Set([...numbers(0, 40), ...numbers(42, 99)]))])).to.throw('1 between');
    expect(() => judge(expected, [])).to.throw('none-captured: 0');
  });

  it('is not judged between the bound and so much more as the target itself had to wait for a core', () => {
    const late = (packets: number, contention: number) => () =>
      judge({ instance: instance('before', contention), ended: true }, [fileOf(numbers(packets, 99))]);
    late(2, 2.6)();
    expect(late(3, 2.6)).to.throw(
      InconclusiveError,
      '3 missed at the start = 150 ms, 0 between, 0 at the end: more than',
    );
    expect(late(5, 2.6)).to.throw(InconclusiveError, 'and not more than 5: the target itself waited 2.6 times');
    expect(late(6, 2.6)).to.throw(JudgementError, 'late-start');
    expect(late(3, 1.5)).to.throw(JudgementError, 'at most 2 at the start,');
    expect(late(20, 50)).to.throw(InconclusiveError);
    expect(late(21, 50)).to.throw(JudgementError);
    const hole = new Set([...numbers(3, 40), ...numbers(42, 99)]);
    const holed = () => judge({ instance: instance('before', 2.6), ended: true }, [fileOf(hole)]);
    expect(holed, 'a gap has no excuse').to.throw(JudgementError);
  });

  it('is all since the subject said that it captures, when it was asked for while it ran', () => {
    judge({ instance: instance('after'), ended: true }, [fileOf(numbers(60, 99))]);
    expect(() => judge({ instance: instance('after'), ended: true }, [fileOf(numbers(60, 98))])).to.throw('at the end');
    expect(() => judge({ instance: instance('after'), ended: true }, [])).to.throw('none-captured: 0');
    expect(() => judge({ instance: instance('after'), ended: true }, [fileOf(numbers(99, 99))])).to.throw(
      'late-start: 1 (39 missed at the start',
    );
    const late = { instance: instance('before'), ended: false, blind: 'until-bound' } as const;
    judge(late, [fileOf(numbers(60, 99))]);
    expect(() => judge(late, [fileOf(numbers(80, 99))])).to.throw('late-start');
  });

  it('is all since its first packet, when nothing was said yet', () => {
    judge({ instance: instance('after'), ended: true }, [fileOf(numbers(90, 99))], stageOf(), 'unsaid');
  });

  it('is not decided without a packet that would be owed', () => {
    const living = { instance: instance('after'), ended: false };
    expect(() => judge(living, [fileOf(numbers(0, 99))], stageOf(), 'o2')).to.throw(InconclusiveError);
    const silent = { received: new Map(), object: 'o' };
    const expected = { instance: instance('before'), ended: true };
    expect(() => judgeCompleteness(stageOf(), expected, [fileOf(numbers(0, 99))], silent)).to.throw(
      InconclusiveError,
      'nothing at all of process i',
    );
  });

  it('is nothing, when the subject was never asked for it; but a file of it is held to it', () => {
    judge({ instance: instance('never'), ended: false }, [fileOf(numbers(0, 99), 'u2')]);
    const held = () => judge({ instance: instance('never'), ended: true }, [fileOf(numbers(0, 50))], stageOf(), 'x');
    expect(held).to.throw('49 at the end');
  });

  it('is no file at all, when the capture was over before', () => {
    judge({ instance: instance('before'), ended: true, unwanted: true }, []);
    const unwanted = { instance: instance('before'), ended: true, unwanted: true };
    expect(() => judge(unwanted, [fileOf(numbers(0, 1))])).to.throw('no capture of target');
  });
});

describe('what is owed although somebody was away', () => {
  const marks = (i: number, j?: number) => new Map([['i', i], ...(j === undefined ? [] : ([['j', j]] as const))]);
  const restarted = (): CaptureInstance => ({ ...instance('before'), incarnations: ['i', 'j'] });
  const received = new Map([
    ['i', numbers(0, 99)],
    ['j', numbers(0, 999)],
  ]);
  const judgeBoth = (old: Set<number>, young: Set<number>, away: Away = { since: marks(80), until: marks(99, 40) }) => {
    const sent = new Map([
      ['i', old],
      ['j', young],
    ]);
    const file = { owner: 'u1', contents: { sent } } as unknown as JudgedFile;
    return () =>
      judgeCompleteness(stageOf(), { instance: restarted(), ended: false, away }, [file], { received, object: 'o' });
  };

  it('is what the old process sent before, and all that the new one sent since it is captured again', () => {
    judgeBoth(numbers(0, 78), numbers(41, 999))();
    judgeBoth(numbers(0, 99), numbers(0, 999))();
  });

  it('is more than one packet of a thousand, and each process owes for itself', () => {
    expect(judgeBoth(numbers(0, 80), numbers(999, 999))).to.throw('late-start');
    expect(judgeBoth(numbers(0, 80), new Set())).to.throw('none-captured');
    expect(judgeBoth(numbers(0, 80), numbers(41, 998))).to.throw('tail-lost');
    expect(judgeBoth(numbers(0, 70), numbers(41, 999))).to.throw('tail-lost');
    expect(judgeBoth(new Set([0, 1]), numbers(41, 999))).to.throw('tail-lost');
    const hole = new Set([...numbers(41, 500), ...numbers(502, 999)]);
    expect(judgeBoth(numbers(0, 80), hole)).to.throw('gaps: 958 (0 missed at the start = 0 ms, 1 between');
  });

  it('is not decided when the new process said nothing since it is captured again', () => {
    expect(judgeBoth(numbers(0, 99), numbers(0, 999), { since: marks(80), until: marks(99, 999) })).to.throw(
      InconclusiveError,
    );
  });

  it('is not judged where the machine may have taken what is missing around it', () => {
    const slow: CaptureInstance = { ...restarted(), contention: new Map([['i', 3]]) };
    const old = (last: number) => () =>
      judgeCompleteness(
        stageOf(),
        { instance: slow, ended: false, away: { since: marks(80), until: marks(99, 40) } },
        [
          {
            owner: 'u1',
            contents: {
              sent: new Map([
                ['i', numbers(0, last)],
                ['j', numbers(41, 999)],
              ]),
            },
          } as unknown as JudgedFile,
        ],
        { received, object: 'o' },
      );
    old(78)();
    expect(old(74)).to.throw(InconclusiveError, '4 at the end');
    expect(old(73)).to.throw(JudgementError, 'tail-lost');
  });

  it('is nothing after it, where nobody came back', () => {
    judgeBoth(numbers(0, 80), new Set(), { since: marks(80, -1) })();
    expect(judgeBoth(numbers(0, 60), new Set(), { since: marks(80, -1) })).to.throw('tail-lost');
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
