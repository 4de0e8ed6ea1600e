/** What keeps runs from being a whole: the shards of one selection must all be there, each once, and belong together. Pure. */
import type { Json } from '../harness/run/result-schema.ts';
import { type Part, partOf } from './merge-parts.ts';
import type { RunRecord } from './run-record.ts';

interface Shard {
  readonly record: RunRecord;
  readonly part: Part;
  readonly index: number;
  readonly of: number;
}

/** One sentence for each thing that keeps these runs from being a whole; of runs without copies. */
export function problemsOf(runs: readonly RunRecord[]): readonly string[] {
  const shards = runs.flatMap((record): Shard[] => {
    const part = partOf(record);
    const [index, of] = (part.shard ?? '').split('/').map(Number);
    return index === undefined || of === undefined ? [] : [{ record, part, index, of }];
  });
  const splits = [...grouped(shards, ({ part, of }) => JSON.stringify([of, differing(part)])).values()];
  return [...sameRunTwice(runs), ...splits.flatMap((split) => problemsOfSplit(split, shards))];
}

function sameRunTwice(runs: readonly RunRecord[]): readonly string[] {
  const started = runs.filter(({ start }) => start !== undefined);
  return [...grouped(started, ({ start }) => JSON.stringify(start)).values()]
    .filter((same) => same.length > 1)
    .map((same) => `run ${same[0]?.name ?? ''} is given ${same.length} times with other content`);
}

function problemsOfSplit(split: readonly Shard[], all: readonly Shard[]): readonly string[] {
  const byIndex = grouped(split, ({ index }) => index);
  const of = split[0]?.of ?? 0;
  const missing = Array.from({ length: of }, (_, at) => at + 1).filter((index) => !byIndex.has(index));
  const twice = [...byIndex].filter(([, same]) => new Set(same.map(({ part }) => part.run)).size > 1);
  const whole = missing.length === 0 && twice.length === 0;
  return [
    ...(missing.length === 0 ? [] : [missingText(missing, split, all)]),
    ...twice.map(
      ([index, same]) => `shard ${index}/${of} is given ${same.length} times with other content: ${named(same)}`,
    ),
    ...overlaps(split),
    ...(whole ? unevenly(split) : []),
    ...otherVersions(split),
  ];
}

function missingText(missing: readonly number[], split: readonly Shard[], all: readonly Shard[]): string {
  const [{ of, part } = { of: 0, part: undefined }] = split;
  const found = split.toSorted((a, b) => a.index - b.index).map(place);
  const strangers = all.filter((one) => !split.includes(one) && one.of === of && missing.includes(one.index));
  const reasons = strangers.map(
    (one) => `; run ${one.part.run} is ${one.index}/${of} of another run: ${differences(one.part, part)}`,
  );
  const [noun, verb] = missing.length === 1 ? ['shard', 'is'] : ['shards', 'are'];
  const absent = missing.map((index) => `${index}/${of}`).join(' and ');
  return `${noun} ${absent} ${verb} missing: found ${found.length === 1 ? 'is' : 'are'} ${found.join(', ')}${reasons.join('')}`;
}

function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

const place = ({ index, of, part }: Shard): string => `${index}/${of} (run ${part.run})`;
const named = (shards: readonly Shard[]): string =>
  `${shards.length === 1 ? 'run' : 'runs'} ${shards.map(({ part }) => part.run).join(', ')}`;

/** What must be equal in all parts of a run. */
function differing({ seed, selection, options }: Part): Readonly<Record<string, Json>> {
  return { seed: seed ?? null, selection: selection === undefined ? null : { ...selection }, ...options };
}

function differences(one: Part, other: Part | undefined): string {
  const [a, b] = [differing(one), other === undefined ? {} : differing(other)];
  const text = (value: Json | undefined): string => (value === undefined ? 'absent' : JSON.stringify(value));
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((key) => text(a[key]) !== text(b[key]))
    .map((key) => `${key} ${text(a[key])}, not ${text(b[key])}`)
    .join('; ');
}

/** A spec is dealt to one shard alone. */
function overlaps(split: readonly Shard[]): readonly string[] {
  const owner = new Map<string, Shard>();
  const problems = new Map<string, string>();
  for (const shard of split)
    for (const { id } of shard.record.start?.specs ?? []) {
      const first = owner.get(id);
      if (first === undefined) owner.set(id, shard);
      else if (first.index !== shard.index) {
        const pair = `shards ${place(first)} and ${place(shard)}`;
        if (!problems.has(pair)) problems.set(pair, `${pair} both have ${id}: they are not parts of one selection`);
      }
    }
  return [...problems.values()];
}

/** Dealt out in turn, an earlier shard has as many specs as a later one, or one more. */
function unevenly(split: readonly Shard[]): readonly string[] {
  const ordered = split.toSorted((a, b) => a.index - b.index);
  const counts = ordered.map(({ part }) => part.specs);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const right = ordered.every(({ part, index, of }) => part.specs === Math.ceil((total - index + 1) / of));
  const stated = ordered[0]?.part.selection?.specs ?? total;
  if (right && stated === total) return [];
  return [
    `the shards have ${counts.join(', ')} specs, which is not how one selection is dealt out (${named(ordered)})`,
  ];
}

/** Of Kubernetes and of each subject; a run that did not come so far as to know says nothing. */
function otherVersions(split: readonly Shard[]): readonly string[] {
  const seen = new Map<string, Map<string, Shard[]>>();
  const note = (what: string, version: string | undefined, shard: Shard): void => {
    if (version === undefined) return;
    const versions = seen.get(what) ?? new Map<string, Shard[]>();
    versions.set(version, [...(versions.get(version) ?? []), shard]);
    seen.set(what, versions);
  };
  for (const shard of split) {
    for (const fact of ['kubernetes', 'family']) note(fact, shard.record.start?.facts[fact], shard);
    for (const { name, versions } of shard.record.start?.subjects ?? [])
      for (const [part, version] of Object.entries(versions)) note(`${name} ${part}`, version, shard);
  }
  return [...seen]
    .filter(([, versions]) => versions.size > 1)
    .map(([what, versions]) => {
      const each = [...versions].map(([version, shards]) => `${version} (${named(shards)})`);
      return `shards judged different things: ${what}: ${each.join(', ')}`;
    });
}
