/** One number of a benchmark, with its spread and the bar it is held to. */
export interface BenchLine {
  readonly what: string;
  /** The median when there are samples. */
  readonly value: number;
  readonly unit: string;
  readonly bar?: number;
  /** Default: less is better for times and memory, more for rates, ratios and shares. */
  readonly better?: 'less' | 'more';
  /** Least and greatest sample. */
  readonly spread?: readonly [number, number];
  readonly samples?: number;
  /** `what` of the line that was measured beside it in the same run: their ratio is what other machines can compare. */
  readonly peer?: string;
}

/** A file `e2e/bench/<name>.ts` exports `bench`; arguments are what follows its name on the command line. */
export type Bench = (args: readonly string[]) => Promise<readonly BenchLine[]>;

export function lineOf(
  what: string,
  samples: readonly number[],
  unit: string,
  extra: Partial<BenchLine> = {},
): BenchLine {
  const sorted = [...samples].sort((a, b) => a - b);
  return {
    what,
    value: median(sorted),
    unit,
    spread: [sorted[0] ?? NaN, sorted.at(-1) ?? NaN],
    samples: sorted.length,
    ...extra,
  };
}

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const [low, high] = [
    sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN,
    sorted[Math.floor(sorted.length / 2)] ?? NaN,
  ];
  return (low + high) / 2;
}

/** `undefined`: there is no bar. */
export function holdsBar(line: BenchLine): boolean | undefined {
  if (line.bar === undefined) return undefined;
  const better = line.better ?? (/^(ns|µs|ms|s|MiB|MB|KiB)$/.test(line.unit) ? 'less' : 'more');
  return better === 'less' ? line.value <= line.bar : line.value >= line.bar;
}
