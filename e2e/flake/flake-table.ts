/** What many repeats on a loaded machine came to: verdicts by spec, and the reason of each that was none. Pure. */
import type { Verdict } from '../harness/run/result-schema.ts';
import { md } from '../report/markdown.ts';
import type { FlakeSample } from './flake-samples.ts';

export interface FlakeFacts {
  readonly name: string;
  /** A known-bad subject: every judged attempt has to fail. */
  readonly knownBad: boolean;
  readonly samples: readonly FlakeSample[];
}

const decided: readonly Verdict[] = ['pass', 'fail', 'expected-fail', 'unexpected-pass', 'flaky'];
const good: readonly Verdict[] = ['pass', 'expected-fail', 'skip'];

export function wrongVerdicts({ samples, knownBad }: FlakeFacts): readonly FlakeSample[] {
  return samples.filter(
    ({ verdict }) => decided.includes(verdict) && (knownBad ? verdict !== 'fail' : !good.includes(verdict)),
  );
}

export function flakeMarkdown(facts: FlakeFacts): string {
  const { samples } = facts;
  const distinct = (values: readonly string[]): readonly string[] => [...new Set(values)].sort();
  const specs = distinct(samples.map(({ spec }) => spec));
  const verdicts = distinct(samples.map(({ verdict }) => verdict)) as readonly Verdict[];
  const runs = distinct(samples.map(({ run }) => run));
  const wrong = wrongVerdicts(facts);
  const undecided = samples.filter(({ verdict }) => verdict === 'inconclusive' || verdict === 'infrastructure-error');
  const count = (id: string, verdict: Verdict): number =>
    samples.filter((each) => each.spec === id && each.verdict === verdict).length;
  // A run that was ended early has not judged every spec equally often.
  const repeats = Math.min(...specs.map((id) => samples.filter(({ spec }) => spec === id).length), samples.length);
  const line = ({ spec, run, repetition, verdict, reason }: FlakeSample): string =>
    `- ${spec}, ${run} repeat ${repetition}: ${verdict}: ${md(reason ?? '', 300)}`;
  return [
    `# Flake rate: ${facts.name}`,
    '',
    `${repeats} repeats of ${specs.length} specs on a loaded machine, in ${runs.length} ${runs.length === 1 ? 'run' : 'runs'}`,
    `(${distinct(samples.map(({ load, slowFactor }) => `${load}; waits × ${slowFactor}`)).join(' | ')}).`,
    `**${wrong.length} wrong verdicts** in ${samples.length} attempts; ${undecided.length} inconclusive or infrastructure.`,
    '',
    `| spec | ${verdicts.join(' | ')} |`,
    `|---|${verdicts.map(() => '---:').join('|')}|`,
    ...specs.map((id) => `| ${id} | ${verdicts.map((verdict) => String(count(id, verdict))).join(' | ')} |`),
    '',
    ...(undecided.length > 0 ? ['## Not judged', '', ...undecided.map(line), ''] : []),
    ...(wrong.length > 0 ? ['## Wrong', '', ...wrong.map(line), ''] : []),
  ].join('\n');
}
