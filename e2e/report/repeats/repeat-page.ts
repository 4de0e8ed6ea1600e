/** The page about many passes: Markdown that GitHub renders. */
import { md, mdTable } from '../markdown.ts';
import { VERDICTS } from '../verdict-words.ts';
import type { MeasureRepeats, Pass, Repeats, SpecRepeats } from './repeat-data.ts';

/** `facts`: lines about the machine and the versions, shown as they are. */
export function repeatPage(
  { subject, family, passes, inARow, specs, measures }: Repeats,
  facts: Readonly<Record<string, string>>,
): string {
  const good = passes.filter((pass) => pass.good).length;
  const durations = passes.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const [shortest = 0, longest = 0] = [durations[0], durations.at(-1)];
  return `# Repeats: ${md(subject)} on ${md(family)}

${good} of ${passes.length} passes as expected, ${inARow} of them in a row; a pass took ${seconds(shortest)} to ${seconds(longest)}, ${seconds(at(durations, 0.5))} in the middle.
Neighbouring passes may overlap: a spec of the next one starts when its locks are free.

${mdTable(
  ['fact', 'value'],
  Object.entries(facts).map(([name, value]) => [md(name), md(value)]),
)}

## Passes

${mdTable(['pass', 'run', 'began', 'took', 'verdicts', 'as expected'], passes.map(passRow))}

## Measures

\`bound\` is what a spec judges; without one a value is only looked at.

${mdTable(['measure', 'unit', 'bound', 'values', 'zero', 'median', '95th percentile', 'largest'], measures.map(measureRow))}

## Specs

${mdTable(['spec', 'times', 'verdicts', 'median', 'longest'], specs.map(specRow))}
`;
}

function passRow({ run, repetition, began, ms, verdicts, good }: Pass, index: number): readonly string[] {
  return [
    String(index + 1),
    md(`${run} #${repetition}`),
    began.slice(0, 19),
    seconds(ms),
    told(verdicts),
    good ? 'yes' : '**no**',
  ];
}

function measureRow({ name, unit, bounds, values }: MeasureRepeats): readonly string[] {
  const zero = values.filter((value) => value === 0).length;
  const cells = [at(values, 0.5), at(values, 0.95), values.at(-1) ?? 0].map(short);
  return [
    md(name),
    md(unit),
    [...new Set(bounds ?? [])].map(short).join(' to '),
    String(values.length),
    String(zero),
    ...cells,
  ];
}

function specRow({ spec, verdicts, durations }: SpecRepeats): readonly string[] {
  const times = [...verdicts.values()].reduce((sum, count) => sum + count, 0);
  return [md(spec), String(times), told(verdicts), seconds(at(durations, 0.5)), seconds(durations.at(-1) ?? 0)];
}

function told(verdicts: Pass['verdicts']): string {
  return [...verdicts].map(([verdict, count]) => `${count} ${VERDICTS[verdict].label.toLowerCase()}`).join(', ');
}

/** The value below which that share of an ascending list lies; 0 of none. */
function at(ascending: readonly number[], share: number): number {
  return ascending[Math.max(0, Math.ceil(ascending.length * share) - 1)] ?? 0;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const short = (value: number): string => String(Number(value.toFixed(1)));
