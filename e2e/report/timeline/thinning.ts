/** Leaves out points that would be drawn on top of others: a picture of 200,000 datagrams stays small and looks the same. */

type Point = readonly [number, number];
type Domain = readonly [number, number];

/** One dot for each pixel that any dot covers. */
export function thinDots(points: readonly Point[], domain: Domain, width: number, height: number): readonly Point[] {
  const [low, high] = rangeOf(points);
  const seen = new Set<number>();
  return points.filter(([at, value]) => {
    const x = Math.round(((at - domain[0]) / (domain[1] - domain[0])) * width);
    const y = high === low ? 0 : Math.round(((value - low) / (high - low)) * height);
    const key = x * (height + 1) + y;
    return !seen.has(key) && seen.add(key);
  });
}

/** First, lowest, highest and last point of each pixel column, so that no peak is lost. */
export function thinSteps(points: readonly Point[], domain: Domain, width: number): readonly Point[] {
  if (points.length <= width * 2) return points;
  const columns = new Map<number, Point[]>();
  for (const point of points) {
    const x = Math.round(((point[0] - domain[0]) / (domain[1] - domain[0])) * width);
    const column = columns.get(x);
    if (column === undefined) columns.set(x, [point]);
    else column.push(point);
  }
  return [...columns.values()].flatMap((column) => {
    const [low, high] = rangeOf(column);
    const kept = [column[0], column.find((p) => p[1] === low), column.find((p) => p[1] === high), column.at(-1)];
    return [...new Set(kept)].filter((p) => p !== undefined).sort((a, b) => a[0] - b[0]);
  });
}

function rangeOf(points: readonly Point[]): readonly [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const [, value] of points) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
