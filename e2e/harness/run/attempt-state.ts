/** What one attempt has gathered so far, and who is to blame for an error that surfaces outside of every await. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Action } from './action.ts';
import type { AnyDecision } from './context.ts';
import type { Judgement } from './judgement.ts';
import type {
  AttachmentRecord,
  EvidenceRecord,
  JudgementRecord,
  MeasureRecord,
  SeriesRecord,
  SpecInfo,
  StepRecord,
} from './result-schema.ts';

export type Phase = 'waiting' | 'body' | 'pause' | 'diagnostics' | 'clean-up' | 'over';
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export interface Undo {
  readonly title: string;
  readonly run: (signal: AbortSignal) => Promise<unknown>;
}

export class AttemptState {
  readonly info: SpecInfo;
  readonly attempt: number;
  readonly repetition: number;
  /** Below the run's folder. */
  readonly artifacts: string;
  readonly controller = new AbortController();
  phase: Phase = 'waiting';
  /** After the deadline and its grace the body may still run; its calls into `t` then throw. */
  bodyClosed = false;
  startedAt = 0;
  readonly steps: Mutable<StepRecord>[] = [];
  readonly evidence: EvidenceRecord[] = [];
  readonly series: SeriesRecord[] = [];
  readonly measures: MeasureRecord[] = [];
  readonly inShort: string[] = [];
  readonly attachments: AttachmentRecord[] = [];
  readonly log: string[] = [];
  /** What the body did to the cluster. */
  readonly actions: Action[] = [];
  readonly undos: Undo[] = [];
  readonly collectors: Undo[] = [];
  readonly cleanupErrors: string[] = [];
  readonly judgements: JudgementRecord[] = [];
  /** Decisions that nobody has judged yet. */
  readonly held: { readonly declared: Judgement; readonly decision: AnyDecision }[] = [];
  /** Subjects of several that could not be judged, with the reason each. */
  readonly undecided: string[] = [];
  provenPremises = 0;
  /** Moves the deadline of the body while it runs; absent where `--timeout` fixed it. */
  moreTime: ((ms: number) => void) | undefined;
  /** The first failed judgement or unproven premise decides, even when the body catches it. */
  decided: Error | undefined;
  /** An error that no await saw: a floating rejection, a throw in a timer. */
  stray: unknown;

  constructor(info: SpecInfo, attempt: number, repetition: number) {
    this.info = info;
    this.attempt = attempt;
    this.repetition = repetition;
    this.artifacts = `artifacts/${info.id}/${repetition > 1 ? `r${repetition}-` : ''}${attempt}`;
  }

  /** The innermost step that has not ended. */
  get currentStep(): string | undefined {
    return this.steps.findLast((step) => step.endedAt === undefined)?.title;
  }

  blame(error: unknown): void {
    const { signal } = this.controller;
    // The echo of a cancellation in a promise that nobody awaits is no news.
    if (signal.aborted && (error === signal.reason || (error instanceof Error && error.name === 'AbortError'))) return;
    if (this.stray === undefined) this.stray = error ?? new Error('an undefined value was thrown');
    this.controller.abort(error);
  }
}

export interface Here {
  readonly state: AttemptState;
  readonly depth: number;
  readonly part: 'body' | 'clean-up';
}
export const here = new AsyncLocalStorage<Here>();
