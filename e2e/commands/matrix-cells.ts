/** The cells of a matrix: which backend on which family, in an order that lets cells share a cluster. Pure. */
import { closest } from '../harness/run/options/closest.ts';
import { clusterWord } from '../harness/subject/cluster-word.ts';

export interface MatrixCell {
  readonly backend: string;
  readonly family: string;
  /** Folder name of its results. */
  readonly name: string;
  /** The next cell runs on the same cluster, so this one leaves it there. */
  readonly keep: boolean;
}

const knownFamilies = ['ipv4', 'ipv6', 'dual'];

/** Throws a RangeError that names what is allowed. Doubles are dropped. */
export function matrixCells(
  backends: readonly string[],
  families: readonly string[],
  known: readonly string[],
): readonly MatrixCell[] {
  const wrongFamily = families.find((family) => !knownFamilies.includes(family));
  if (wrongFamily !== undefined)
    throw new RangeError(`--families ${wrongFamily}: allowed are ${knownFamilies.join(', ')}`);
  const wrongBackend = backends.find((backend) => !known.includes(backend));
  if (wrongBackend !== undefined)
    throw new RangeError(
      `--backends ${wrongBackend} is unknown${nearest(wrongBackend, known)}; allowed: ${known.join(' ')}`,
    );
  if (backends.length === 0 || families.length === 0)
    throw new RangeError('--backends and --families need a name each');
  const pairs = [...new Set(families)].flatMap((family) =>
    [...new Set(backends)].sort(byCluster).map((backend) => ({ family, backend })),
  );
  return pairs.map(({ family, backend }, index) => {
    const next = pairs[index + 1];
    const keep = next !== undefined && next.family === family && clusterWord(next.backend) === clusterWord(backend);
    return { backend, family, name: `${backend}-${family}`.replace(/[^\w.-]+/g, '-'), keep };
  });
}

/** For a CI system that runs each cell as a job of its own: `strategy.matrix` of GitHub and its like. */
export function cellsJson(cells: readonly MatrixCell[], rest: readonly string[]): string {
  const include = cells.map(({ backend, family, name }) => ({
    name,
    backend,
    family,
    args: ['-b', backend, '-i', family, ...rest],
  }));
  return JSON.stringify({ include });
}

/** Worst first: a failed verdict, then what could not be judged, then what could not be run. */
export function matrixExitCode(codes: readonly number[]): number {
  if (codes.some((code) => code > 128)) return Math.max(...codes);
  if (codes.includes(1)) return 1;
  return codes.every((code) => code === 0) ? 0 : 2;
}

function nearest(name: string, known: readonly string[]): string {
  const near = closest(name, known);
  return near === undefined ? '' : ` (did you mean ${near}?)`;
}

function byCluster(a: string, b: string): number {
  return clusterWord(a).localeCompare(clusterWord(b)) || a.length - b.length;
}
