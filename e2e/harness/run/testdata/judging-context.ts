/** For tests of judgements: a context that keeps what is judged. */
import type { SpecContext } from '../context.ts';
import { JudgementError } from '../verdict-errors.ts';

interface Finding {
  readonly ok: boolean;
  readonly subject: string;
  readonly expected: string;
  readonly observed: string;
}

export interface Kept {
  readonly findings: Finding[];
  readonly measures: Record<string, number>;
  readonly records: { readonly summary: string; readonly lane: string }[];
  readonly attached: string[];
}

export function judgingContext(subject = 'proxy'): { readonly t: SpecContext; readonly kept: Kept } {
  const kept: Kept = { findings: [], measures: {}, records: [], attached: [] };
  const started = performance.now();
  const t = {
    signal: new AbortController().signal,
    env: { slowFactor: 0.02, subject: () => ({ name: subject }) },
    wait: (ms: number) => ms * 0.02,
    bound: (ms: number) => ms * 0.02,
    evidence: {
      now: () => performance.now() - started,
      fromWall: (ms: number) => ms,
      record: (piece: Kept['records'][number]) => void kept.records.push(piece),
      series: () => undefined,
      measure: ({ name, value }: { readonly name: string; readonly value: number }) => void (kept.measures[name] = value),
    },
    judge(finding: Finding) {
      kept.findings.push(finding);
      if (!finding.ok) throw new JudgementError(finding);
    },
    attach: (name: string) => Promise.resolve(void kept.attached.push(name)),
    log: () => undefined,
    inconclusive: (reason: string) => {
      throw new Error(reason);
    },
  } as unknown as SpecContext;
  return { t, kept };
}
