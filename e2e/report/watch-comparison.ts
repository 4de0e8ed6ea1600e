/** Two runs of the watch area, cell by cell: the same verdicts, and every cell decided? Pure. */
import type { AttemptLine } from '../harness/run/result-schema.ts';
import { watchCells, type WatchCell } from './watch-matrix.ts';

export interface WatchComparison {
  /** Cells that both runs have. */
  readonly shared: number;
  /** Verdicts differ, or only one run has the cell. */
  readonly different: readonly CellPair[];
  /** Inconclusive, or not run, in one of them. */
  readonly undecided: readonly CellPair[];
  /** Per path: cells, verdicts, and how far detection times lie apart. */
  readonly paths: readonly PathComparison[];
}

export interface CellPair {
  readonly client: string;
  readonly profile: string;
  readonly path: string;
  readonly first: WatchCell | undefined;
  readonly second: WatchCell | undefined;
}

interface PathComparison {
  readonly path: string;
  readonly cells: number;
  readonly same: number;
  /** Verdict of the first run: how many. */
  readonly verdicts: Readonly<Record<string, number>>;
  /** Median and greatest difference of the detection times that both runs have, ms. */
  readonly median?: number;
  readonly most?: number;
}

const decided: readonly (string | undefined)[] = ['pass', 'fail', 'expected-fail', 'unexpected-pass'];

export function compareWatchRuns(first: readonly AttemptLine[], second: readonly AttemptLine[]): WatchComparison {
  const pairs = pairsOf(watchCells(first), watchCells(second));
  return {
    shared: pairs.filter((pair) => pair.first !== undefined && pair.second !== undefined).length,
    different: pairs.filter((pair) => pair.first?.verdict !== pair.second?.verdict),
    undecided: pairs.filter((pair) => [pair.first, pair.second].some((cell) => !decided.includes(cell?.verdict))),
    paths: [...new Set(pairs.map(({ path }) => path))].map((path) =>
      comparePath(
        path,
        pairs.filter((pair) => pair.path === path),
      ),
    ),
  };
}

/** Markdown: a sentence, a table of the paths, a line for each cell that differs or is open. */
export function comparisonText({ shared, different, undecided, paths }: WatchComparison): string {
  const rows = paths.map(({ path, cells, same, verdicts, median, most }) => {
    const counts = Object.entries(verdicts).map(([verdict, count]) => `${count} ${verdict}`);
    const apart = median === undefined || most === undefined ? '' : `${seconds(median)} / ${seconds(most)}`;
    return `| ${path} | ${cells} | ${same} | ${counts.join(', ')} | ${apart} |`;
  });
  const told = (pair: CellPair): string =>
    `- ${pair.path}, ${pair.client} through ${pair.profile}: ${pair.first?.text ?? 'no cell'} / ${pair.second?.text ?? 'no cell'}`;
  return [
    `${shared} cells in both runs; ${different.length} with different verdicts, ${undecided.length} undecided in one of them.`,
    '',
    '| path | cells | same verdict | verdicts of the first run | detection apart, median / most |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    ...(different.length === 0 ? [] : ['', 'Different:', '', ...different.map(told)]),
    ...(undecided.length === 0 ? [] : ['', 'Undecided:', '', ...undecided.map(told)]),
  ].join('\n');
}

function pairsOf(first: readonly WatchCell[], second: readonly WatchCell[]): readonly CellPair[] {
  const pairs = new Map<string, CellPair>();
  for (const [side, cells] of [
    ['first', first],
    ['second', second],
  ] as const)
    for (const cell of cells) {
      const { client, profile, path } = cell;
      const key = `${path} ${client} ${profile}`;
      const known = pairs.get(key) ?? { client, profile, path, first: undefined, second: undefined };
      pairs.set(key, { ...known, [side]: cell });
    }
  return [...pairs.values()];
}

function comparePath(path: string, pairs: readonly CellPair[]): PathComparison {
  const verdicts: Record<string, number> = {};
  for (const { first } of pairs) {
    const verdict = first?.verdict ?? 'no cell';
    verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
  }
  const apart = pairs
    .flatMap(({ first, second }) =>
      first?.detectionMs === undefined || second?.detectionMs === undefined
        ? []
        : [Math.abs(first.detectionMs - second.detectionMs)],
    )
    .sort((a, b) => a - b);
  const median = apart[Math.floor(apart.length / 2)];
  const most = apart.at(-1);
  return {
    path,
    cells: pairs.length,
    same: pairs.filter(({ first, second }) => first?.verdict === second?.verdict).length,
    verdicts,
    ...(median === undefined || most === undefined ? {} : { median, most }),
  };
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
