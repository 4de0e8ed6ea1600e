/** What many repeats on a loaded machine came to: verdicts by spec, and the reason of each that was none. Pure but for writing. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttemptLine, Verdict } from '../harness/run/result-schema.ts';
import { md } from '../report/markdown.ts';

export interface FlakeFacts {
  /** `kube-proxy-iptables, ipv4, udp && !slow` */
  readonly name: string;
  readonly load: string;
  /** A known-bad subject: every judged attempt has to fail. */
  readonly knownBad: boolean;
  readonly slowFactor: string;
  readonly attempts: readonly AttemptLine[];
}

const decided: readonly Verdict[] = ['pass', 'fail', 'expected-fail', 'unexpected-pass', 'flaky'];
const good: readonly Verdict[] = ['pass', 'expected-fail', 'skip'];

export function wrongVerdicts({ attempts, knownBad }: FlakeFacts): readonly AttemptLine[] {
  return attempts.filter(
    ({ verdict }) => decided.includes(verdict) && (knownBad ? verdict !== 'fail' : !good.includes(verdict)),
  );
}

export function flakeMarkdown(facts: FlakeFacts): string {
  const { attempts } = facts;
  const specs = [...new Set(attempts.map(({ spec }) => spec.id))].sort();
  const verdicts = [...new Set(attempts.map(({ verdict }) => verdict))].sort();
  const repeats = Math.max(0, ...attempts.map(({ repetition }) => repetition));
  const wrong = wrongVerdicts(facts);
  const undecided = attempts.filter(({ verdict }) => verdict === 'inconclusive' || verdict === 'infrastructure-error');
  const count = (id: string, verdict: Verdict): number =>
    attempts.filter((each) => each.spec.id === id && each.verdict === verdict).length;
  return [
    `# Flake rate: ${facts.name}`,
    '',
    `${repeats} repeats of ${specs.length} specs on a loaded machine (${facts.load}; waits × ${facts.slowFactor}).`,
    `**${wrong.length} wrong verdicts** in ${attempts.length} attempts; ${undecided.length} inconclusive or infrastructure.`,
    '',
    `| spec | ${verdicts.join(' | ')} |`,
    `|---|${verdicts.map(() => '---:').join('|')}|`,
    ...specs.map((id) => `| ${id} | ${verdicts.map((verdict) => String(count(id, verdict))).join(' | ')} |`),
    '',
    ...(undecided.length > 0 ? ['## Not judged', ''] : []),
    ...undecided.map(
      ({ spec, repetition, reason, failure }) =>
        `- ${spec.id}, repeat ${repetition}: ${md(reason ?? failure?.message ?? '', 300)}`,
    ),
    ...(undecided.length > 0 ? [''] : []),
    ...(wrong.length > 0 ? ['## Wrong', ''] : []),
    ...wrong.map(
      ({ spec, repetition, verdict, failure }) =>
        `- ${spec.id}, repeat ${repetition}: ${verdict}: ${md(failure?.message ?? '', 300)}`,
    ),
    ...(wrong.length > 0 ? [''] : []),
  ].join('\n');
}

export async function writeFlakeTable(folder: string, file: string, facts: FlakeFacts): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${file}.md`), flakeMarkdown(facts));
}
