/** Between which two releases a verdict changes, found by halves. Pure but for the judging that it asks for. */

export type Side = 'good' | 'bad';

export interface Judged {
  /** Undefined: this release could not be judged. */
  readonly side: Side | undefined;
  /** One line for a reader: the verdict and where its run is. */
  readonly told: string;
}

export type BisectEnd =
  | { readonly kind: 'boundary'; readonly last: string; readonly first: string; readonly before: Side }
  /** Both ends are on one side: nothing to look for between them. */
  | { readonly kind: 'none'; readonly side: Side }
  | { readonly kind: 'undecided'; readonly why: string };

/**
 * `versions` ascend; the ends are judged first, and both sides of what is found once more: a verdict that does not repeat is no
 * boundary. A release that cannot be judged is tried a second time, then its neighbours stand in for it.
 */
export async function bisect(
  versions: readonly string[],
  judge: (version: string) => Promise<Judged>,
): Promise<BisectEnd> {
  if (versions.length < 2) return undecided('fewer than two releases to choose from');
  const sides = new Map<string, Side | undefined>();
  const sideOf = async (index: number): Promise<Side | undefined> => {
    const version = versions[index] ?? '';
    if (!sides.has(version)) sides.set(version, (await judge(version)).side ?? (await judge(version)).side);
    return sides.get(version);
  };
  let low = 0;
  let high = versions.length - 1;
  const before = await sideOf(low);
  const after = await sideOf(high);
  if (before === undefined || after === undefined)
    return undecided(`${versions[before === undefined ? low : high] ?? ''}, an end of the range, could not be judged`);
  if (before === after) return { kind: 'none', side: before };
  while (high - low > 1) {
    let decided = false;
    for (const index of fromTheMiddle(low, high)) {
      const side = await sideOf(index);
      if (side === undefined) continue;
      if (side === before) low = index;
      else high = index;
      decided = true;
      break;
    }
    if (!decided)
      return undecided(
        `between ${versions[low] ?? ''} (${before}) and ${versions[high] ?? ''} (${after}) no release could be judged`,
      );
  }
  for (const [index, side] of [
    [low, before],
    [high, after],
  ] as const) {
    const again = await judge(versions[index] ?? '');
    if (again.side !== side)
      return undecided(`${versions[index] ?? ''} was ${side} and the next time ${again.side ?? 'not judged'}`);
  }
  return { kind: 'boundary', last: versions[low] ?? '', first: versions[high] ?? '', before };
}

/** Indices between both, the middle first, then outwards. */
function fromTheMiddle(low: number, high: number): readonly number[] {
  const middle = Math.ceil((low + high) / 2);
  const inside = Array.from({ length: high - low - 1 }, (_, offset) => low + 1 + offset);
  return inside.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
}

function undecided(why: string): BisectEnd {
  return { kind: 'undecided', why };
}

/** The one sentence at the end. */
export function endText(end: BisectEnd): string {
  if (end.kind === 'boundary')
    return `${end.before} up to ${end.last}, ${end.before === 'bad' ? 'good' : 'bad'} from ${end.first}`;
  return end.kind === 'none' ? `no boundary: both ends are ${end.side}` : `undecided: ${end.why}`;
}
