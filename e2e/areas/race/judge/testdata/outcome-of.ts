/** For tests of judgements: how one ends, in one word or sentence. */
import { judgingContext, type Kept } from '../../../../harness/run/testdata/judging-context.ts';
import type { SpecContext } from '../../../../harness/run/context.ts';
import type { RaceStage } from '../../stage/race-stage.ts';

/** A stage as far as judgements read it. */
export const stage = {
  agent: { node: { name: 'worker' } },
  client: { ip: '10.244.1.2' },
  server: { ip: '10.244.2.3' },
  ownerEnd: { name: 'caller' },
} as unknown as RaceStage;

export interface Ending {
  /** `stale-entries-gone gone`, or the reason for which nothing was decided. */
  readonly said: string;
  readonly kept: Kept;
}

export function endingOf(judge: (t: SpecContext) => void): Ending {
  const { t, kept } = judgingContext('npa@1');
  let reason: string | undefined;
  try {
    judge(t);
  } catch (error) {
    if ((error as Error).name !== 'JudgementError') reason = (error as Error).message;
  }
  const last = kept.judgements.at(-1);
  return { said: reason ?? `${last?.id ?? 'nothing'} ${last?.outcome ?? ''}`, kept };
}
