/** From samples to the lines of the benchmark. Pure. */
import { type BenchLine, lineOf } from './bench-line.ts';
import { cells, type RaceCell } from './race-cells.ts';
import type { RaceSample } from './race-samples.ts';

const periodMs = 10_000;
const mostPeriods = 3;
const mostMiB = 200;

export function raceLines(samples: readonly RaceSample[]): readonly BenchLine[] {
  const lines = cells.flatMap((cell) => {
    const mine = samples.filter((sample) => sample.cell === cell.name);
    if (mine.length === 0) return [];
    return cell.spec.includes('natural') ? naturalLines(cell, mine) : cellLines(cell, mine);
  });
  const memory = samples.map(({ measures }) => measures['memory of the driver']).filter((value) => value !== undefined);
  if (memory.length === 0) return lines;
  const most = lineOf('memory of the driver, most of all runs', memory, 'MiB', { bar: mostMiB });
  return [...lines, { ...most, value: Math.max(...memory) }];
}

function cellLines(cell: RaceCell, samples: readonly RaceSample[]): readonly BenchLine[] {
  const name = `${cell.subject} ${cell.args.includes('held') ? 'held' : 'ballast'}`;
  const judged = samples.filter(({ verdict }) => verdict === 'pass' || verdict === 'fail');
  const shares = judged.map(({ measures }) => (measures['cut by the cleanup'] ?? NaN) / cell.flows);
  const bar =
    cell.bar === undefined ? {} : { bar: cell.bar, better: cell.racy ? ('more' as const) : ('less' as const) };
  const right = samples.filter(({ verdict }) => verdict === (cell.racy ? 'fail' : 'pass')).length;
  const times = judged.map(({ measures }) => (measures['verdict after'] ?? NaN) / periodMs);
  const held = bar.bar === undefined ? [] : judged.filter((_, index) => keeps(bar, shares[index] ?? NaN));
  const flows = `of ${cell.flows.toLocaleString('en')} flows`;
  return [
    lineOf(`${name}: share ${flows} cut in one iteration`, shares, 'share', bar),
    ...(bar.bar === undefined
      ? []
      : [
          lineOf(`${name}: runs at or beyond that bar, of ${samples.length}`, [held.length], 'runs', {
            bar: samples.length,
            better: 'more',
          }),
        ]),
    lineOf(`${name}: right verdicts ${flows}, of ${samples.length} runs`, [right], 'runs', {
      bar: samples.length,
      better: 'more',
    }),
    lineOf(`${name}: verdict ${flows} after`, times, 'cleanup periods', {
      ...(cell.once === true ? {} : { bar: mostPeriods, better: 'less' }),
    }),
    ...(cell.racy
      ? [
          lineOf(
            `${name}: detections ${flows}`,
            times.map((periods) => 60_000 / (periods * periodMs)),
            '1/min',
            { better: 'more', peer: byChance(cell) },
          ),
        ]
      : []),
  ];
}

function keeps({ bar, better }: { readonly bar: number; readonly better: 'more' | 'less' }, value: number): boolean {
  return better === 'more' ? value >= bar : value <= bar;
}

const byChance = ({ subject }: RaceCell): string => `${subject} by chance: detections`;

function naturalLines(cell: RaceCell, samples: readonly RaceSample[]): readonly BenchLine[] {
  const of = (measure: string): number[] => samples.map(({ measures }) => measures[measure] ?? NaN);
  return [
    lineOf(`${cell.subject} by chance, 30 iterations: cycles that cut a flow`, of('cycles with a cut'), 'cycles'),
    lineOf(`${cell.subject} by chance: flows cut in all of them`, of('cut by the cleanup'), 'flows'),
    lineOf(byChance(cell), of('detections a minute'), '1/min'),
  ];
}
