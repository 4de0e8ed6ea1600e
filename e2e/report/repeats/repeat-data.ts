/** What many passes over the same specs say of one subject: how many in a row were as expected, and how far its measures went. Pure. */
import type { Verdict } from '../../harness/run/result-schema.ts';
import { subjectLabel } from '../report-data.ts';
import { type Outcome, outcomesOf, type RunRecord } from '../run-record.ts';
import { VERDICTS } from '../verdict-words.ts';

export interface Pass {
  readonly run: string;
  /** 1-based repetition in its run. */
  readonly repetition: number;
  /** ISO 8601; of its first spec. */
  readonly began: string;
  readonly ms: number;
  readonly verdicts: ReadonlyMap<Verdict, number>;
  /** Every selected spec was decided, and none badly. */
  readonly good: boolean;
}

export interface SpecRepeats {
  readonly spec: string;
  readonly verdicts: ReadonlyMap<Verdict, number>;
  /** Milliseconds, shortest first. */
  readonly durations: readonly number[];
}

export interface MeasureRepeats {
  readonly name: string;
  readonly unit: string;
  /** Smallest and largest of what was judged; undefined where a value was only looked at. */
  readonly bounds: readonly [number, number] | undefined;
  /** Smallest first. */
  readonly values: readonly number[];
}

export interface Repeats {
  readonly subject: string;
  readonly family: string;
  /** Oldest first. */
  readonly passes: readonly Pass[];
  /** Longest row of good passes, one after another. */
  readonly inARow: number;
  readonly specs: readonly SpecRepeats[];
  readonly measures: readonly MeasureRepeats[];
}

/** One for each subject and family. Runs without a first line cannot be placed in time and are left out. */
export function repeatsOf(records: readonly RunRecord[]): readonly Repeats[] {
  const runs = records.filter((run) => run.start !== undefined).toSorted((a, b) => wallOf(a).localeCompare(wallOf(b)));
  const outcomes = runs.flatMap((run) => outcomesOf(run));
  return [...groupsOf(outcomes, (one) => `${subjectLabel(one)}\n${one.family}`).values()].map((group) => {
    const passes = [...groupsOf(group, (one) => `${one.run.name}\n${one.repetition}`).values()]
      .map(passOf)
      .toSorted((a, b) => a.began.localeCompare(b.began));
    const [first] = group as [Outcome, ...Outcome[]];
    return {
      ...{ subject: subjectLabel(first), family: first.family, passes, inARow: longestRow(passes) },
      specs: [...groupsOf(group, (one) => one.spec.id)].map(([spec, mine]) => ({
        spec,
        verdicts: counted(mine),
        durations: ascending(mine.flatMap(({ attempts }) => attempts.map(durationOf))),
      })),
      measures: measuresOf(group),
    };
  });
}

function passOf(outcomes: readonly Outcome[]): Pass {
  const [{ run, repetition }] = outcomes as [Outcome, ...Outcome[]];
  const attempts = outcomes.flatMap((one) => one.attempts);
  const began = Math.min(...attempts.map(({ startedAt }) => startedAt));
  const ended = Math.max(...attempts.map(({ endedAt }) => endedAt));
  const decided = outcomes.filter(({ decisive }) => decisive !== undefined);
  return {
    ...{ run: run.name, repetition, ms: attempts.length === 0 ? 0 : ended - began },
    began: new Date(Date.parse(wallOf(run)) + (attempts.length === 0 ? 0 : began)).toISOString(),
    verdicts: counted(outcomes),
    good:
      decided.length === (run.start?.specs.length ?? 0) &&
      decided.every(({ verdict }) => VERDICTS[verdict].standing !== 'bad'),
  };
}

function longestRow(passes: readonly Pass[]): number {
  let [row, longest] = [0, 0];
  for (const { good } of passes) {
    row = good ? row + 1 : 0;
    longest = Math.max(longest, row);
  }
  return longest;
}

function measuresOf(outcomes: readonly Outcome[]): readonly MeasureRepeats[] {
  const all = outcomes.flatMap(({ decisive }) => decisive?.measures ?? []);
  // What is judged in one spec and only looked at in another are two things.
  const groups = groupsOf(all, ({ name, unit, bound }) => [name, unit, bound !== undefined].join('\n'));
  return [...groups.values()].map((same) => {
    const [{ name, unit }] = same as [(typeof all)[number], ...typeof all];
    const bounds = same.flatMap(({ bound }) => bound ?? []);
    return {
      ...{ name, unit, values: ascending(same.map(({ value }) => value)) },
      bounds: bounds.length === 0 ? undefined : [Math.min(...bounds), Math.max(...bounds)],
    };
  });
}

function counted(outcomes: readonly Outcome[]): ReadonlyMap<Verdict, number> {
  return new Map([...groupsOf(outcomes, ({ verdict }) => verdict)].map(([verdict, same]) => [verdict, same.length]));
}

const ascending = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => a - b);
const durationOf = ({ startedAt, endedAt }: { startedAt: number; endedAt: number }): number => endedAt - startedAt;
const wallOf = (run: RunRecord): string => run.start?.wall ?? '';

function groupsOf<T, K>(all: readonly T[], keyOf: (one: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group === undefined) groups.set(keyOf(one), [one]);
    else group.push(one);
  }
  return groups;
}
