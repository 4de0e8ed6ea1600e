/** For tests of judgements: a context that keeps what is judged. */
import type { AnyDecision, SpecContext } from '../context.ts';
import { passesWith, type Judgement } from '../judgement.ts';
import type { JudgementRecord } from '../result-schema.ts';
import { JudgementError } from '../verdict-errors.ts';

interface Finding {
  readonly ok: boolean;
  readonly subject: string;
  readonly expected: string;
  readonly observed: string;
}

export interface Kept {
  readonly findings: Finding[];
  /** What was declared and decided, as a run records it. */
  readonly judgements: JudgementRecord[];
  readonly measures: Record<string, number>;
  readonly inShort: string[];
  readonly records: { readonly summary: string; readonly lane: string }[];
  /** The attachments' names, as they came. */
  readonly attached: string[];
  /** What the attachment of that name holds. */
  readonly texts: Map<string, string>;
}

export function judgingContext(subject = 'proxy'): { readonly t: SpecContext; readonly kept: Kept } {
  const kept: Kept = {
    ...{ findings: [], judgements: [], measures: {}, inShort: [], records: [], attached: [] },
    texts: new Map(),
  };
  const started = performance.now();
  const held: [Judgement, AnyDecision][] = [];
  const t = {
    signal: new AbortController().signal,
    env: {
      slowFactor: 0.02,
      subject: () => ({ name: subject, programs: () => [subject] }),
      cluster: { facts: { kubernetes: 'v1.36.3' } },
    },
    wait: (ms: number) => ms * 0.02,
    bound: (ms: number) => ms,
    evidence: {
      now: () => performance.now() - started,
      fromWall: (ms: number) => ms,
      record: (piece: Kept['records'][number]) => void kept.records.push(piece),
      series: () => undefined,
      measure: ({ name, value }: { readonly name: string; readonly value: number }) => void (kept.measures[name] = value),
      inShort: (words: string) => void kept.inShort.push(words),
    },
    judge(declared: Judgement | Finding, decision?: AnyDecision) {
      const finding =
        decision === undefined
          ? (declared as Finding)
          : { ...decision, ok: passesWith(declared as Judgement, decision.outcome) };
      kept.findings.push(finding);
      if (decision !== undefined) {
        const { outcome, facts = {}, measures = {} } = decision;
        kept.judgements.push({ id: (declared as Judgement).id, ok: finding.ok, outcome, facts, measures });
      }
      if (!finding.ok) throw new JudgementError(finding);
    },
    hold: (declared: Judgement, decision: AnyDecision) => void held.push([declared, decision]),
    judgeHeld(this: { judge(declared: Judgement, decision: AnyDecision): void }) {
      for (const [declared, decision] of held) this.judge(declared, decision);
    },
    attach(name: string, text: string) {
      kept.attached.push(name);
      kept.texts.set(name, text);
      return Promise.resolve();
    },
    log: () => undefined,
    skip: (reason: string) => {
      throw new Error(reason);
    },
    inconclusive: (reason: string) => {
      throw new Error(reason);
    },
  } as unknown as SpecContext;
  return { t, kept };
}
