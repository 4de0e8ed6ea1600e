/** The result for a person at a terminal, and as Markdown for a ticket. Pure. */
import { md, mdLink } from '../report/markdown.ts';
import { oneLine } from '../report/printable.ts';
import { rowsLines } from './rows/rows-text.ts';
import type { CheckedDefect, CheckedSubject, CheckResult } from './result.ts';

const counted = (count: number | null, what: string): string => `${count ?? 'an unknown number of'} ${what}`;

function headOf({ context, cluster, took, data }: CheckResult): string {
  const size = [counted(cluster.nodes, 'nodes'), counted(cluster.pods, 'pods'), counted(cluster.services, 'Services')];
  return `${context}: ${size.join(', ')}; looked for ${(took.ms / 1000).toFixed(1)} s with ${took.requests} requests; data: ${data}`;
}

function nameOf({ product, found, vendor, version, mode }: CheckedSubject): string {
  const words = [product, found ?? 'of an unknown version', mode === null ? '(mode unknown)' : mode];
  return `${words.filter((word) => word !== '').join(' ')}${vendor === '' ? '' : `, looked up as ${version ?? '?'}`}`;
}

function whereOf({ nodes }: CheckedSubject): string {
  const more = nodes.count > nodes.examples.length ? ', …' : '';
  return `${nodes.count} ${nodes.count === 1 ? 'node' : 'nodes'} (${nodes.examples.join(', ')}${more})`;
}

function stateOf({ has, by, affected, fixed, measured }: CheckedDefect): string {
  const until = fixed === null ? 'no release without it is known' : `gone in ${fixed}`;
  const seen = [
    ...(measured.bad.length === 0 ? [] : [`measured with it: ${measured.bad.join(', ')}`]),
    ...(measured.good.length === 0 ? [] : [`without it: ${measured.good.join(', ')}`]),
  ];
  return [has === true ? by : 'not measured', `versions ${affected}, ${until}`, ...seen].join('; ');
}

function mattersOf({ matters }: CheckedDefect): string {
  if (matters.length === 0) return 'what of this cluster lets it happen was not looked at';
  return matters
    .map(({ what, count, examples }) =>
      count === 0 ? `no ${what}` : `${count} ${what}: ${examples.join(', ')}${count > examples.length ? ', …' : ''}`,
    )
    .join('; ');
}

/** One sentence that a reader can stop at. */
export function sentenceOf(result: CheckResult): string {
  const { verdict, subjects, missing } = result;
  const known = subjects.flatMap(({ defects }) => defects.filter(({ has }) => has === true));
  const failures = subjects.reduce((sum, one) => sum + one.failures.length, 0);
  const stale = (result.rows ?? []).reduce((sum, one) => sum + one.stale.length + one.untold, 0);
  const rows = result.rows === undefined ? '' : `, ${stale} stale rows`;
  const parts = missing.length === 0 ? '' : `; ${missing.length} things are not known, see below`;
  if (verdict === 'affected')
    return `affected: ${known.length} known defects, ${failures} other failed claims${rows}${parts}`;
  if (verdict === 'could not look') return `could not look: ${missing.length} things are not known, see below`;
  return 'nothing found: everything that was found is measured, and has none of the known defects';
}

export function tableText(result: CheckResult, withFix = false): string {
  const lines = [headOf(result), ''];
  for (const subject of result.subjects) {
    const { claims } = subject;
    lines.push(`${subject.role}: ${nameOf(subject)} on ${whereOf(subject)}`, `  told by: ${subject.told}`);
    if (claims.measured > 0) lines.push(`  measured: ${claims.passed} of ${claims.measured} claims hold`);
    for (const { spec, claim, figures } of subject.failures) lines.push(`  FAILED ${spec}: ${claim} ${figures}`);
    for (const one of subject.defects) {
      lines.push(`  ${one.has === true ? 'HAS' : 'unknown'} ${one.id} (${stateOf(one)})`);
      if (one.has !== true) continue;
      lines.push(`       ${one.title}`, `       trigger: ${one.trigger}`, `       here: ${mattersOf(one)}`);
      lines.push(`       avoid: ${one.avoid}`, ...one.refs.map((ref) => `       ${ref}`));
    }
    lines.push('');
  }
  lines.push('objects that make it matter:');
  lines.push(
    ...result.exposed.map(
      ({ what, count, examples }) =>
        `  ${String(count).padStart(5)} ${what}${count === 0 ? '' : `: ${examples.join(', ')}`}`,
    ),
    '',
  );
  if (result.rows !== undefined) lines.push('conntrack rows:', ...rowsLines(result.rows, withFix), '');
  if (result.missing.length > 0)
    lines.push('not known:', ...result.missing.map(({ what, why }) => `  ${what}: ${why}`), '');
  return [...lines.map((line) => oneLineKeepingIndent(line)), sentenceOf(result), ''].join('\n');
}

function oneLineKeepingIndent(line: string): string {
  const indent = /^ */.exec(line)?.[0] ?? '';
  return indent + oneLine(line);
}

export function markdownText(result: CheckResult, withFix = false): string {
  const lines = [`## staleproof check: ${md(result.verdict)}`, '', md(sentenceOf(result)), '', md(headOf(result)), ''];
  for (const subject of result.subjects) {
    lines.push(
      `### ${md(`${subject.role}: ${nameOf(subject)}`)}`,
      '',
      `${md(whereOf(subject))}; ${md(subject.told)}`,
      '',
    );
    for (const { spec, claim, figures } of subject.failures)
      lines.push(`- **failed** ${md(spec)}: ${md(`${claim} ${figures}`)}`);
    for (const one of subject.defects) {
      lines.push(`- **${one.has === true ? 'has' : 'not known'}** ${md(one.id)} (${md(stateOf(one))})`);
      if (one.has !== true) continue;
      lines.push(`  - ${md(one.title)}`, `  - trigger: ${md(one.trigger)}`, `  - here: ${md(mattersOf(one))}`);
      lines.push(`  - avoid: ${md(one.avoid)}`, ...one.refs.map((ref) => `  - ${mdLink(ref, ref)}`));
    }
    lines.push('');
  }
  if (result.rows !== undefined)
    lines.push('### Conntrack rows', '', '```', ...rowsLines(result.rows, withFix), '```', '');
  if (result.missing.length > 0)
    lines.push('### Not known', '', ...result.missing.map(({ what, why }) => `- ${md(what)}: ${md(why)}`), '');
  return lines.join('\n');
}
