/** `--quick`: which runs show each area's question answered both ways, and what they must say. Pure. */
import type { KindOfArea } from '../harness/area/areas.ts';
import type { QuickLook } from '../harness/area/area.ts';
import type { Verdict } from '../harness/run/result-schema.ts';

/** A verdict that a first look shows. */
export interface QuickCell {
  readonly area: string;
  readonly spec: string;
  readonly subject: string;
  readonly expected: 'pass' | 'fail';
}

export interface QuickRun {
  /** Its folder below the reports. */
  readonly name: string;
  /** Arguments of `npm run e2e --`. */
  readonly args: readonly string[];
  readonly cells: readonly QuickCell[];
}

export interface QuickPlan {
  /** On one cluster, one after the other. */
  readonly onCluster: readonly QuickRun[];
  /** They need no cluster and run beside. */
  readonly beside: readonly QuickRun[];
}

type Shown = KindOfArea & { readonly quick: QuickLook };
type Half = 'good' | 'bad';

/**
 * Good subjects of all kinds share a run: they do not meet. Known-bad ones of a cluster follow on the same cluster; those of this
 * machine run while it is being made.
 */
export function quickPlan(kinds: readonly KindOfArea[]): QuickPlan {
  const shown = kinds.filter((kind): kind is Shown => kind.quick !== undefined);
  const here = shown.filter(({ runsOn }) => runsOn === 'machine');
  const there = shown.filter(({ runsOn }) => runsOn === 'cluster');
  const kept = ['--keep', '--reuse'];
  return {
    onCluster: [runOf('good', there, 'good', kept), runOf('bad', there, 'bad', kept)].filter(isWorthIt),
    beside: [runOf('good-here', here, 'good'), runOf('bad-here', here, 'bad')].filter(isWorthIt),
  };
}

const isWorthIt = ({ cells }: QuickRun): boolean => cells.length > 0;

function runOf(name: string, kinds: readonly Shown[], half: Half, more: readonly string[] = []): QuickRun {
  const args = kinds.flatMap(({ quick, ground }) => [
    ...[ground === true ? '--backend' : '--subject', quick[half]],
    ...['--focus', `^${quick.spec}$`],
    ...(quick.args ?? []),
  ]);
  const cells = kinds.map(({ area, quick }): QuickCell => ({
    ...{ area, spec: quick.spec, subject: quick[half] },
    expected: half === 'good' ? 'pass' : 'fail',
  }));
  return { name, args: [...args, ...more], cells };
}

/** `observed`: of the run, by spec; a spec that is not there did not run. */
export function quickTable(
  runs: readonly { readonly run: QuickRun; readonly observed: ReadonlyMap<string, Verdict> }[],
): { readonly lines: readonly string[]; readonly surprises: readonly Verdict[] } {
  const rows = runs.flatMap(({ run, observed }) =>
    run.cells.map((cell) => ({ ...cell, verdict: observed.get(cell.spec) ?? ('not-run' as const) })),
  );
  const order = [...new Set(rows.map(({ area }) => area))];
  rows.sort((a, b) => order.indexOf(a.area) - order.indexOf(b.area) || b.expected.localeCompare(a.expected));
  const wide = (of: (row: (typeof rows)[number]) => string): number => Math.max(...rows.map((row) => of(row).length));
  const [specWidth, subjectWidth] = [wide(({ spec }) => spec), wide(({ subject }) => subject)];
  const lines = rows.map(({ spec, subject, verdict, expected }) => {
    const surprise = verdict === expected ? '' : `   (must ${expected})`;
    const word = verdict === 'fail' ? 'FAIL' : verdict;
    return `  ${spec.padEnd(specWidth)}  ${subject.padEnd(subjectWidth)}  ${word}${surprise}`;
  });
  return {
    lines,
    surprises: rows.filter(({ verdict, expected }) => verdict !== expected).map(({ verdict }) => verdict),
  };
}
