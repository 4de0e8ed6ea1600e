/** What goes wrong when: drawn from a seed, so that a schedule can be played again. Pure. */
import { seededRandom } from '../harness/run/seeded-random.ts';

export interface PlannedFault {
  readonly name: string;
  /** After the spec's body began. */
  readonly afterMs: number;
}

export interface Schedule {
  /** From 1. */
  readonly number: number;
  readonly seed: number;
  readonly faults: readonly PlannedFault[];
}

/**
 * Every fault is met once before one is met again; every third schedule has two. `withinMs` is about how long the body takes
 * undisturbed. Those of `last` come at the end, each alone and once.
 */
export function schedulesOf(
  seed: number,
  count: number,
  names: readonly string[],
  withinMs: number,
  last: readonly string[] = [],
): readonly Schedule[] {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  let left: string[] = [];
  const draw = (): string => {
    if (left.length === 0) left = [...names];
    return left.splice(below(left.length), 1)[0] ?? '';
  };
  const mixed = Array.from({ length: count }, (_, index) => {
    const drawn = new Set(index % 3 === 2 ? [draw(), draw()] : [draw()]);
    const faults = [...drawn].map((name) => ({ name, afterMs: below(withinMs) }));
    return { number: index + 1, seed, faults: faults.sort((a, b) => a.afterMs - b.afterMs) };
  });
  const alone = last.map((name, index) => ({
    number: count + index + 1,
    seed,
    faults: [{ name, afterMs: below(withinMs) }],
  }));
  return [...mixed, ...alone];
}

/** @param struck names of those that came before the end of the run; absent: all */
export function scheduleText({ faults }: Schedule, struck?: readonly string[]): string {
  const late = (name: string): string => (struck?.includes(name) === false ? ' (after the end)' : '');
  return faults.map(({ name, afterMs }) => `${name} at ${(afterMs / 1000).toFixed(1)} s${late(name)}`).join(', ');
}
