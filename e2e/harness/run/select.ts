/** From all specs to those of this run, in its order. Pure; each filter can say that it removed the last spec. */
import type { Options } from './options/schema.ts';
import { compilePattern } from './pattern.ts';
import { areaOf, titleOf } from './spec-registry.ts';
import type { RegisteredSpec } from './spec.ts';
import { parseTags } from './tags.ts';
import { seededRandom } from './seeded-random.ts';
import { UsageError } from './usage-error.ts';

export interface Selection {
  readonly specs: readonly RegisteredSpec[];
  /** Before it was dealt out to shards, in the order of dealing. */
  readonly whole: readonly RegisteredSpec[];
  /** 0: definition order. */
  readonly seed: number;
  /** Nightly specs that the other filters would have kept. */
  readonly leftOut: readonly RegisteredSpec[];
}

interface Filter {
  readonly text: string;
  readonly keep: (spec: RegisteredSpec, index: number) => boolean;
}

/** `tags`: all that there are, with their meanings. `unfinished`: ids for --rerun-failed. Throws UsageError for a wrong expression and for a selection of nothing. */
export function select(
  all: readonly RegisteredSpec[],
  options: Options,
  tags: Readonly<Record<string, string>>,
  unfinished?: ReadonlySet<string>,
): Selection {
  let specs = [...all];
  if (specs.length === 0) throw new UsageError('no spec files were found');
  for (const { text, keep } of filters(options, tags, unfinished)) {
    const before = specs.length;
    specs = specs.filter(keep);
    if (specs.length === 0)
      throw new UsageError(`no spec is left: ${text} removed the last ${before} of ${all.length} (see --list)`);
  }
  const anyOfThem = options.nightly === true || unfinished !== undefined;
  const leftOut = anyOfThem ? [] : specs.filter((spec) => !isAskedFor(spec, options));
  specs = specs.filter((spec) => !leftOut.includes(spec));
  if (specs.length === 0)
    throw new UsageError(
      `no spec is left: the last ${leftOut.length} of ${all.length} are nightly ones, which --nightly brings`,
    );
  const seed = seedOf(options.seed);
  if (seed !== 0) specs = shuffle(specs, seed);
  const whole = specs;
  if (options.shard !== undefined) specs = shardOf(specs, options.shard);
  return { specs, whole, seed, leftOut };
}

/** Nightly specs take too long for every run: they want to be named, by the tag or by the id. */
function isAskedFor({ meta: { id, tags } }: RegisteredSpec, options: Options): boolean {
  if (!tags.includes('nightly') || options.tags?.some((expression) => /\bnightly\b/.test(expression)) === true)
    return true;
  const grep = options.grep === undefined ? [] : [compilePattern('--grep', options.grep)];
  const focus = (options.focus ?? []).map((text) => compilePattern('--focus', text));
  return [...grep, ...focus].some((pattern) => pattern.test(id));
}

function filters(
  options: Options,
  tags: Readonly<Record<string, string>>,
  unfinished: ReadonlySet<string> | undefined,
): Filter[] {
  const list: Filter[] = [];
  if (unfinished !== undefined) list.push({ text: '--rerun-failed', keep: (spec) => unfinished.has(spec.meta.id) });
  for (const expression of options.tags ?? []) {
    const predicate = parseTags(expression, tags);
    list.push({ text: `--tags '${expression}'`, keep: (spec) => predicate(spec.meta.tags) });
  }
  if (options.grep !== undefined) {
    const pattern = compilePattern('--grep', options.grep);
    list.push({ text: `--grep ${options.grep}`, keep: (spec) => matches(pattern, spec) });
  }
  if (options.focus !== undefined) {
    const patterns = options.focus.map((text) => compilePattern('--focus', text));
    list.push({
      text: options.focus.map((text) => `--focus ${text}`).join(' '),
      keep: (spec) => patterns.some((pattern) => matches(pattern, spec)),
    });
  }
  for (const text of options.skip ?? []) {
    const pattern = compilePattern('--skip', text);
    list.push({ text: `--skip ${text}`, keep: (spec) => !matches(pattern, spec) });
  }
  return list;
}

/** On the id, or on what mocha calls the full title; apart, so that `^` and `$` work on both. */
function matches(pattern: RegExp, spec: RegisteredSpec): boolean {
  return pattern.test(spec.meta.id) || pattern.test(`${areaOf(spec.meta.id)} ${titleOf(spec)}`);
}

function seedOf(text: string | undefined): number {
  if (text === undefined) return 0;
  return text === 'random' ? 1 + Math.floor(Math.random() * 0xffff_fffe) : Number(text);
}

/** Fisher–Yates: the same seed gives the same order on every machine. */
export function shuffle<T>(items: readonly T[], seed: number): T[] {
  const random = seededRandom(seed);
  const keyed = [...items];
  for (let last = keyed.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [keyed[last], keyed[other]] = [keyed[other] as T, keyed[last] as T];
  }
  return keyed;
}

/** Round robin, so that neighbours of one area spread over the shards. */
function shardOf(specs: readonly RegisteredSpec[], shard: string): RegisteredSpec[] {
  const [part = 1, of = 1] = shard.split('/').map(Number);
  const mine = specs.filter((_, index) => index % of === part - 1);
  if (mine.length === 0)
    throw new UsageError(`no spec is left: --shard ${shard} of ${specs.length} selected specs is empty`);
  return mine;
}
