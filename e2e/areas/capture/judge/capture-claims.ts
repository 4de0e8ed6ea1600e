/** What a subject says of its capture. It is waited for, and judged after the packets: a wrong file counts for more than a wrong word. */
import type { CaptureInstance, CaptureStage } from '../stage/capture-stage.ts';
import { reached } from '../stage/capture-wait.ts';
import type { CaptureRequest, CaptureView } from '../subjects/capture-subject.ts';
import { saysBound, saysPhase } from './capture-judgements.ts';
import { describeInstance } from '../evidence/capture-premises.ts';

const CLAIM_MS = 12_000;
const NOTHING: CaptureView = { uid: '', phase: 'none', capturing: false, reason: '', podUID: undefined, files: [] };

export interface BoundOptions {
  readonly request?: CaptureRequest;
  readonly moreFilesThan?: number;
  readonly withinMs?: number;
}

/**
 * Waits until the subject says that it captures this instance. Whether it did is judged by the next judgeCapture(), behind
 * the packets, or by judgeClaims(). A subject that was never asked for this instance owes no word on it.
 */
export async function awaitBound(
  stage: CaptureStage,
  instance: CaptureInstance,
  options: BoundOptions = {},
): Promise<CaptureView> {
  if (instance.asked === 'never') return (await stage.view(options.request)) ?? NOTHING;
  const start = performance.now();
  let last: CaptureView | undefined;
  const view = await reached(
    stage.wait('the capture is bound', options.withinMs ?? CLAIM_MS, async () => {
      last = await stage.view(options.request);
      const enough = (last?.files.length ?? 0) > (options.moreFilesThan ?? 0);
      const named = !stage.can('pod-uid') || last?.podUID === instance.uid;
      return last?.capturing === true && named && enough ? last : undefined;
    }),
  );
  const key = `${view?.uid ?? ''}/${instance.uid}`;
  if (view !== undefined && !stage.bound.has(key)) stage.bound.set(key, await stage.mark(instance));
  stage.t.hold(saysBound, {
    outcome: view !== undefined ? 'bound' : missing(last, stage.can('pod-uid') ? instance.uid : undefined),
    facts: { asked: instance.asked, again: options.moreFilesThan === undefined ? 'first' : 'again' },
    subject: `${stage.subject.name} on ${describeInstance(instance)}`,
    expected:
      options.moreFilesThan === undefined
        ? 'to say that it captures this instance'
        : `to capture it once more, after ${options.moreFilesThan} captures`,
    observed: `phase ${String(last?.phase)} (${String(last?.reason)}), pod UID ${String(last?.podUID)}`,
    durationMs: performance.now() - start,
  });
  return view ?? last ?? NOTHING;
}

type Phase = 'Pending' | 'Refused' | 'Failed' | 'Ended' | 'Completed';

/** Waits for the phase, with that reason when one is given. Judged like awaitBound(). */
export async function awaitPhase(
  stage: CaptureStage,
  phase: Phase,
  reason?: string,
  options: { readonly request?: CaptureRequest; readonly withinMs?: number } = {},
): Promise<CaptureView> {
  let last: CaptureView | undefined;
  const view = await reached(
    stage.wait(`phase ${phase}`, options.withinMs ?? CLAIM_MS, async () => {
      last = await stage.view(options.request);
      const right = last?.phase === phase;
      return right && (reason === undefined || last?.reason === reason) ? last : undefined;
    }),
  );
  const wrong = last === undefined ? 'no-object' : last.phase === phase ? 'other-reason' : 'other-phase';
  stage.t.hold(saysPhase, {
    outcome: view !== undefined ? 'said' : wrong,
    facts: { wanted: phase.toLowerCase() as Lowercase<Phase> },
    subject: stage.subject.name,
    expected: `phase ${phase}${reason === undefined ? '' : ` because of ${reason}`}`,
    observed: `${String(last?.phase)} because of ${String(last?.reason)}`,
  });
  return view ?? last ?? NOTHING;
}

/** Where no packets are left to be judged first. */
export async function judgePhase(...args: Parameters<typeof awaitPhase>): Promise<CaptureView> {
  const view = await awaitPhase(...args);
  judgeClaims(args[0]);
  return view;
}

/** Judges what was waited for since the last time. A body that never comes to it ends as inconclusive. */
export function judgeClaims(stage: CaptureStage): void {
  stage.t.judgeHeld();
}

function missing(
  last: CaptureView | undefined,
  uid: string | undefined,
): 'no-object' | 'not-capturing' | 'other-instance' | 'not-again' {
  if (last === undefined) return 'no-object';
  if (!last.capturing) return 'not-capturing';
  return uid !== undefined && last.podUID !== uid ? 'other-instance' : 'not-again';
}
