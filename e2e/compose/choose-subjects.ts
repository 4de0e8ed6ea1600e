/** Which subjects a run judges: those named, and a default for each kind that the selected specs judge. */
import type { KindOfSubject } from '../harness/area/area.ts';
import type { ChosenSubjects } from '../harness/run/composition.ts';
import { closest } from '../harness/run/options/closest.ts';
import type { Options } from '../harness/run/options/schema.ts';
import type { RegisteredSpec } from '../harness/run/spec.ts';
import { UsageError } from '../harness/run/usage-error.ts';
import type { SubjectEntry } from '../harness/subject/subject.ts';

export interface Choice extends ChosenSubjects {
  readonly entries: readonly SubjectEntry[];
  readonly needsCluster: boolean;
}

export function chooseSubjects(
  options: Options,
  specs: readonly RegisteredSpec[],
  kinds: readonly KindOfSubject[],
): Choice {
  const named = namedSubjects(options, kinds);
  const judged = new Set(specs.map((spec) => spec.meta.judges));
  const needsCluster = specs.some((spec) => spec.meta.needs?.cluster ?? spec.meta.judges !== 'none');
  const foreign = options.provider === 'existing';
  const entries = kinds.flatMap((one) => {
    const { kind, ground, sideBySide } = one;
    const mine = named.filter((entry) => entry.kind === kind);
    if (mine.length > 1 && sideBySide !== true)
      throw new UsageError(
        `${mine.map((entry) => entry.name).join(' and ')}: one ${kind} a run; several are compared by: npm run e2e:matrix`,
      );
    // What a cluster stands on is installed when it is named, even if it is not judged.
    if (mine.length > 0) return judged.has(kind) || (ground === true && needsCluster) ? mine : unused(mine, kind);
    return judged.has(kind) ? defaults(one, options, foreign) : [];
  });
  const family = options.ipFamily ?? 'ipv4';
  const where = !needsCluster
    ? 'no cluster'
    : foreign
      ? `existing cluster ${options.context ?? '(current context)'}`
      : `kind ${family}`;
  const isFound = (entry: SubjectEntry): boolean =>
    foreign &&
    !named.includes(entry) &&
    kinds.some(({ kind, asFound }) => kind === entry.kind && asFound !== undefined);
  const names = entries.map((entry) => (isFound(entry) ? `the ${entry.kind} that is there` : entry.name));
  return { entries, names, where, needsCluster };
}

function namedSubjects(options: Options, kinds: readonly KindOfSubject[]): SubjectEntry[] {
  const names = [
    ...(options.backend === undefined ? [] : [{ flag: '--backend', name: options.backend }]),
    ...(options.subject ?? []).map((name) => ({ flag: '--subject', name })),
  ];
  return names.map(({ flag, name }) => {
    const allowed = kinds
      .filter(({ ground }) => flag === '--subject' || ground === true)
      .flatMap((one) => one.subjects);
    const entry = allowed.find((candidate) => candidate.name === name);
    if (entry !== undefined) return entry;
    const all = allowed.map((candidate) => candidate.name);
    const near = closest(name, all);
    throw new UsageError(
      `${flag} ${name} is unknown${near === undefined ? '' : ` (did you mean ${near}?)`}; allowed: ${all.join(' ')}`,
    );
  });
}

function unused(entries: readonly SubjectEntry[], kind: string): never {
  throw new UsageError(
    `--subject ${entries.map((entry) => entry.name).join(', ')}: no selected spec judges kind ${kind}; select some with --tags`,
  );
}

function defaults(one: KindOfSubject, options: Options, foreign: boolean): readonly SubjectEntry[] {
  const onOffer = one.subjects.filter(({ byOption }) => byOption === undefined || Object.hasOwn(options, byOption));
  const good = onOffer.filter(({ caughtBy }) => caughtBy.length === 0);
  if (one.sideBySide === true) return good;
  const preferred = (foreign ? one.preferredThere : undefined) ?? one.preferred;
  const chosen = good.find(({ name }) => name === preferred) ?? good[0];
  if (chosen === undefined) throw new UsageError(`there is no ${one.kind} to judge yet; see --list-subjects`);
  return [chosen];
}
