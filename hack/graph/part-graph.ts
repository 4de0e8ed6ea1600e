/** The set-up as a graph: parts, what has to stand before each of them, what each keeps busy, and who waits for it. Pure. */

/**
 * What a part keeps busy while it is made. `core`: compilers; `network`: downloads; `packages`: dpkg, which has one lock;
 * `docker`: images and clusters, which are written to one disk.
 */
export type Lane = 'core' | 'network' | 'packages' | 'docker';

/** How many parts of each lane are made at a time. */
export type Widths = Readonly<Record<Lane, number>>;

export const usualWidths: Widths = { core: 2, network: 3, packages: 1, docker: 2 };

export interface GraphPart {
  readonly name: string;
  /** Names of parts of this graph that have to stand first. */
  readonly after: readonly string[];
  readonly lane: Lane;
  /** Milliseconds, measured here before or on a calm machine of two cores. */
  readonly expectedMs: number;
  /** Who waits for it, as a rank: 0 for the specs that can start first. What comes before a part inherits its rank. */
  readonly need: number;
}

/** Throws for a name that is there twice, a part after one that is not in the graph, and a circle, with the names of each. */
export function checkGraph(parts: readonly GraphPart[]): void {
  const byName = new Map(parts.map((part) => [part.name, part]));
  if (byName.size !== parts.length) {
    const twice = parts.map(({ name }) => name).filter((name, index, names) => names.indexOf(name) !== index);
    throw new Error(`parts of the set-up are there twice: ${twice.join(', ')}`);
  }
  const over = new Set<string>();
  const walk = (name: string, path: readonly string[]): void => {
    if (over.has(name)) return;
    if (path.includes(name)) throw new Error(`parts of the set-up wait for each other: ${[...path, name].join(' → ')}`);
    const part = byName.get(name);
    if (part === undefined)
      throw new Error(`${path.at(-1) ?? '?'} comes after ${name}, which is no part of the set-up`);
    for (const before of part.after) walk(before, [...path, name]);
    over.add(name);
  };
  for (const { name } of parts) walk(name, []);
}

/** The most urgent first: by who waits for it or for what comes after it, then by how long that chain takes; otherwise as given. */
export function byUrgency<T extends GraphPart>(parts: readonly T[]): readonly T[] {
  const later = dependents(parts);
  const ranks = new Map<string, { readonly need: number; readonly chainMs: number }>();
  const rank = (part: T): { readonly need: number; readonly chainMs: number } => {
    const known = ranks.get(part.name);
    if (known !== undefined) return known;
    const after = (later.get(part.name) ?? []).map(rank);
    const need = Math.min(part.need, ...after.map((each) => each.need));
    // A long chain that nobody waits for yet makes nothing more urgent.
    const urgent = after.filter((each) => each.need === need).map((each) => each.chainMs);
    const found = { need, chainMs: part.expectedMs + Math.max(0, ...urgent) };
    ranks.set(part.name, found);
    return found;
  };
  const ranked = parts.map((part, index) => ({ part, index, ...rank(part) }));
  ranked.sort((a, b) => a.need - b.need || b.chainMs - a.chainMs || a.index - b.index);
  return ranked.map(({ part }) => part);
}

/** Rank of who waits for each part, inherited from what comes after it. */
export function inheritedNeed(parts: readonly GraphPart[]): ReadonlyMap<string, number> {
  const later = dependents(parts);
  const needs = new Map<string, number>();
  const need = (part: GraphPart): number => {
    const known = needs.get(part.name);
    if (known !== undefined) return known;
    const found = Math.min(part.need, ...(later.get(part.name) ?? []).map(need));
    needs.set(part.name, found);
    return found;
  };
  parts.forEach(need);
  return needs;
}

/** Name → parts that come directly after it. */
export function dependents<T extends GraphPart>(parts: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const later = new Map<string, T[]>(parts.map(({ name }) => [name, []]));
  for (const part of parts) for (const before of new Set(part.after)) later.get(before)?.push(part);
  return later;
}

export interface GraphState {
  readonly done: ReadonlySet<string>;
  readonly running: ReadonlySet<string>;
}

/** Parts that start now: everything before them stands and their lane has room. `ranked` is in order of urgency. */
export function nextParts<T extends GraphPart>(ranked: readonly T[], state: GraphState, widths: Widths): readonly T[] {
  const room = new Map<Lane, number>(Object.entries(widths) as [Lane, number][]);
  const take = ({ lane }: GraphPart): void => void room.set(lane, (room.get(lane) ?? 0) - 1);
  ranked.filter(({ name }) => state.running.has(name)).forEach(take);
  return ranked.filter((part) => {
    if (state.done.has(part.name) || state.running.has(part.name)) return false;
    if (!part.after.every((name) => state.done.has(name)) || (room.get(part.lane) ?? 0) < 1) return false;
    take(part);
    return true;
  });
}
