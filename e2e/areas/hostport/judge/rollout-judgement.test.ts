import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { LossWindow } from '../../../harness/datagrams/datagram-loss.ts';
import { lossSince } from './rollout-judgement.ts';

const reply = { sequence: 9, at: 0, server: 'sink' };
const window = (fromMs: number, toMs: number, isEnded = true): LossWindow => ({
  ...{ firstLost: 1, lastLost: 2, lost: 2, fromMs, toMs, durationMs: toMs - fromMs },
  ...(isEnded ? { after: reply } : {}),
});

describe('what a sender loses in a rollout', () => {
  it('counts from when the sink could be reached, and not what was lost before', () => {
    expect(lossSince([window(100, 900)], 1_000)).to.deep.equal({ lateMs: 0, unanswered: false });
    expect(lossSince([window(100, 1_300)], 1_000)).to.deep.equal({ lateMs: 300, unanswered: false });
    expect(lossSince([window(100, 1_300), window(2_000, 2_700)], 1_000).lateMs).to.equal(700);
    expect(lossSince([], 1_000)).to.deep.equal({ lateMs: 0, unanswered: false });
  });

  it('tells a sender that is never answered again', () => {
    expect(lossSince([window(100, 9_000, false)], 1_000)).to.deep.equal({ lateMs: 8_000, unanswered: true });
  });
});
