/** A part of the set-up with what makes it; and which parts of many have to be made here. */
import { NotBuiltError, type PartOptions, lastDuration, rememberDuration } from '../cache/cached-part.ts';
import { type GraphPart, inheritedNeed } from '../graph/part-graph.ts';
import type { MakePart } from '../graph/run-graph.ts';

export interface PartMaker {
  readonly name: string;
  /** Names of makers whose parts have to stand first. A name that nobody makes here is taken to stand. */
  readonly after: readonly string[];
  readonly lane: GraphPart['lane'];
  /** Milliseconds on a calm machine of two cores, before it has been measured here. */
  readonly expectedMs: number;
  /** Idempotent. With `onlyIfBuilt` it changes nothing and throws NotBuiltError when the part has to be made. */
  make(options: PartOptions): Promise<unknown>;
}

export interface Missing {
  readonly parts: readonly MakePart[];
  /** Names of parts that were looked for and stand. */
  readonly there: readonly string[];
}

/**
 * The parts that goals wait for and that do not stand, ready for runGraph(). The first goal is the most urgent one. What comes
 * before a part that stands is not looked at: nobody needs it.
 */
export async function missingParts(
  makers: readonly PartMaker[],
  goals: readonly { readonly after: readonly string[] }[],
  options: PartOptions,
): Promise<Missing> {
  const byName = new Map(makers.map((maker) => [maker.name, maker]));
  const found = new Map<string, { readonly maker: PartMaker; need: number; readonly expectedMs: number }>();
  const there = new Set<string>();
  const look = async (name: string, need: number): Promise<void> => {
    const maker = byName.get(name);
    if (maker === undefined || there.has(name)) return;
    const known = found.get(name);
    if (known !== undefined) {
      known.need = Math.min(known.need, need);
      return;
    }
    const expectedMs = await timeToMake(maker, options);
    if (expectedMs === undefined) there.add(name);
    else {
      found.set(name, { maker, need, expectedMs });
      for (const before of maker.after) await look(before, need);
    }
  };
  for (const [need, { after }] of goals.entries()) for (const name of after) await look(name, need);
  const bare = [...found.values()].map(({ maker: { name, lane, after }, need, expectedMs }): GraphPart => ({
    name,
    lane,
    need,
    expectedMs,
    after: after.filter((before) => found.has(before)),
  }));
  const needs = inheritedNeed(bare);
  const first = Math.min(...needs.values());
  const parts = bare.map((part): MakePart => ({
    ...part,
    make: async () => {
      const started = Date.now();
      const inBackground = (needs.get(part.name) ?? first) > first;
      await byName.get(part.name)?.make({ ...options, inBackground });
      await rememberDuration(stepOf(part.name), Date.now() - started);
    },
  }));
  return { parts, there: [...there] };
}

/** Undefined when the part stands. What cannot even be looked for has to be made, and will say then what is wrong. */
async function timeToMake(maker: PartMaker, options: PartOptions): Promise<number | undefined> {
  try {
    await maker.make({ ...options, onlyIfBuilt: true });
    return undefined;
  } catch (error) {
    options.signal?.throwIfAborted();
    const measured = await lastDuration(stepOf(maker.name));
    return measured ?? (error instanceof NotBuiltError ? error.expectedMs : maker.expectedMs);
  }
}

/** Folder below the cache where the time is kept: apart from the part itself, of which the step may be more than its build. */
const stepOf = (name: string): string => `set-up/${name.replaceAll(/[^\w@.+-]/g, '_')}`;
