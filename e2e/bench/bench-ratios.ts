/** Ratios of a benchmark: what was measured beside a peer in the same run, so that another machine gives about the same. Pure. */
import type { BenchLine } from './bench-line.ts';
import type { BenchReport } from './bench-report.ts';

export interface Ratio {
  readonly what: string;
  readonly value: number;
  /** Worst and best that the samples allow. */
  readonly spread: readonly [number, number];
  readonly better: 'less' | 'more';
}

export interface Regression {
  readonly what: string;
  readonly committed: number;
  readonly now: number;
  /** What the committed spread allows at worst, or a tenth beside its median where that is wider. */
  readonly limit: number;
}

/** Medians of few samples move by this much without a cause. */
const SLACK = 0.1;

/** Lines that name a peer, and lines whose unit says that they are ratios. */
export function ratiosOf({ lines }: Pick<BenchReport, 'lines'>): readonly Ratio[] {
  return lines.flatMap((line): Ratio[] => {
    const better = line.better ?? (line.unit === '×' || /\/s$/.test(line.unit) ? 'more' : 'less');
    if (line.unit === '×') return [{ what: line.what, value: line.value, spread: spreadOf(line), better }];
    const peer = line.peer === undefined ? undefined : lines.find(({ what }) => what === line.peer);
    if (peer === undefined) return [];
    const [low, high] = spreadOf(line);
    const [theirLow, theirHigh] = spreadOf(peer);
    const spread = [low / theirHigh, high / theirLow] as const;
    return [{ what: `${line.what} / ${peer.what}`, value: line.value / peer.value, spread, better }];
  });
}

/** What is worse than the committed run could have been. A ratio that only one of both has is no regression. */
export function regressions(committed: readonly Ratio[], now: readonly Ratio[]): readonly Regression[] {
  return now.flatMap((ratio) => {
    const was = committed.find(({ what }) => what === ratio.what);
    if (was === undefined) return [];
    const less = was.better === 'less';
    const limit = less
      ? Math.max(was.spread[1], was.value * (1 + SLACK))
      : Math.min(was.spread[0], was.value * (1 - SLACK));
    const worse = less ? ratio.value > limit : ratio.value < limit;
    return worse ? [{ what: ratio.what, committed: was.value, now: ratio.value, limit }] : [];
  });
}

const spreadOf = (line: BenchLine): readonly [number, number] => line.spread ?? [line.value, line.value];
