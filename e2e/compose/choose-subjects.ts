/** Which subjects a run judges: those named, and a default for each kind that the selected specs judge. */
import type { ChosenSubjects } from '../harness/run/composition.ts';
import { closest } from '../harness/run/options/closest.ts';
import type { Options } from '../harness/run/options/schema.ts';
import type { RegisteredSpec } from '../harness/run/spec.ts';
import { UsageError } from '../harness/run/usage-error.ts';
import type { SubjectEntry, SubjectKind } from '../harness/subject/subject.ts';

/** Preferred when nothing is named; otherwise the first good one of the kind. */
const preferred: Readonly<Partial<Record<SubjectKind, string>>> = {
  'service-proxy': 'kube-proxy-iptables',
  'policy-agent': 'npa@1.4.3',
};
/** On a cluster of somebody else's the agent is the one that it runs; its proxy is looked up there (found-subjects.ts). */
const preferredThere: Readonly<Partial<Record<SubjectKind, string>>> = {
  ...preferred,
  'policy-agent': 'npa@installed',
};
/** Only clients are judged side by side: two proxies or agents would meet in one kernel. */
const manyPerRun: readonly SubjectKind[] = ['api-client'];

export interface Choice extends ChosenSubjects {
  readonly entries: readonly SubjectEntry[];
  readonly needsCluster: boolean;
}

export function chooseSubjects(
  options: Options,
  specs: readonly RegisteredSpec[],
  known: readonly SubjectEntry[],
): Choice {
  const named = namedSubjects(options, known);
  const judged = new Set(specs.map((spec) => spec.meta.judges));
  const needsCluster = specs.some((spec) => spec.meta.needs?.cluster ?? spec.meta.judges !== 'none');
  const foreign = options.provider === 'existing';
  const onOffer = known.filter(({ byOption }) => byOption === undefined || Object.hasOwn(options, byOption));
  const kinds: readonly SubjectKind[] = ['service-proxy', 'policy-agent', 'api-client', 'packet-capture'];
  const entries = kinds.flatMap((kind) => {
    const mine = named.filter((entry) => entry.kind === kind);
    if (mine.length > 1 && !manyPerRun.includes(kind))
      throw new UsageError(
        `${mine.map((entry) => entry.name).join(' and ')}: one ${kind} a run; several are compared by: npm run e2e:matrix`,
      );
    // A named proxy is installed even when it is not judged: it is the ground that the others stand on.
    if (mine.length > 0)
      return judged.has(kind) || (kind === 'service-proxy' && needsCluster) ? mine : unused(mine, kind);
    return judged.has(kind) ? defaults(kind, onOffer, foreign ? preferredThere : preferred) : [];
  });
  const family = options.ipFamily ?? 'ipv4';
  const where = !needsCluster
    ? 'no cluster'
    : foreign
      ? `existing cluster ${options.context ?? '(current context)'}`
      : `kind ${family}`;
  const asFound = (entry: SubjectEntry): boolean => foreign && entry.kind === 'service-proxy' && !named.includes(entry);
  const names = entries.map((entry) => (asFound(entry) ? 'the proxy that is there' : entry.name));
  return { entries, names, where, needsCluster };
}

function namedSubjects(options: Options, known: readonly SubjectEntry[]): SubjectEntry[] {
  const names = [
    ...(options.backend === undefined ? [] : [{ flag: '--backend', name: options.backend }]),
    ...(options.subject ?? []).map((name) => ({ flag: '--subject', name })),
  ];
  return names.map(({ flag, name }) => {
    const allowed = known.filter((entry) => flag === '--subject' || entry.kind === 'service-proxy');
    const entry = allowed.find((candidate) => candidate.name === name);
    if (entry !== undefined) return entry;
    const all = allowed.map((candidate) => candidate.name);
    const near = closest(name, all);
    throw new UsageError(
      `${flag} ${name} is unknown${near === undefined ? '' : ` (did you mean ${near}?)`}; allowed: ${all.join(' ')}`,
    );
  });
}

function unused(entries: readonly SubjectEntry[], kind: SubjectKind): never {
  throw new UsageError(
    `--subject ${entries.map((entry) => entry.name).join(', ')}: no selected spec judges kind ${kind}; select some with --tags`,
  );
}

function defaults(kind: SubjectKind, known: readonly SubjectEntry[], first: typeof preferred): readonly SubjectEntry[] {
  const good = known.filter((entry) => entry.kind === kind && entry.caughtBy.length === 0);
  if (manyPerRun.includes(kind)) return good;
  const chosen = good.find((entry) => entry.name === first[kind]) ?? good[0];
  if (chosen === undefined) throw new UsageError(`there is no ${kind} to judge yet; see --list-subjects`);
  return [chosen];
}
