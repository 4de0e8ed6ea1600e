/**
 * Whether a failure is the known one: by product, version and family, and by the signature of every judgement that failed. Pure.
 * A failure of another kind is a failure; a version that nobody measured is not excused, and the reader is told of the row.
 */
import semver from 'semver';
import type { JudgementRecord, SubjectInfo } from './result-schema.ts';

/** What a known failure looks like. Texts are never matched. */
export interface Signature {
  /** Id of the judgement that fails. */
  readonly judgement: string;
  /** One of the outcomes that it declares as failing. */
  readonly outcome: string;
  readonly facts: Readonly<Record<string, string>>;
  /** Comparisons with the judgement's measures: `{ 'share-lost': '>=0.99' }`. */
  readonly measures?: Readonly<Record<string, string>> | undefined;
}

export interface DefectCell {
  readonly spec: string;
  readonly signature: Signature;
}

/** A failure of released software that was measured, and reported or decided upstream. */
export interface KnownDefect {
  readonly id: string;
  readonly product: string;
  /** Empty: the product has no modes, or each has the defect. */
  readonly modes: readonly string[];
  /** Variants of ours that have it too; the plain product always has. */
  readonly variants: readonly string[];
  /** A semver range, or one version of a product that counts otherwise. */
  readonly versions: string;
  readonly measured: { readonly bad: readonly string[]; readonly good: readonly string[] };
  readonly fixed?: string | undefined;
  readonly families: readonly string[];
  readonly cells: readonly DefectCell[];
  readonly reason: string;
  readonly link: string;
}

export interface AttemptFacts {
  readonly spec: string;
  readonly family: string;
  /** Every judgement of the attempt about one subject, in order. */
  readonly judgements: readonly JudgementRecord[];
}

export type DefectMatch =
  | { readonly kind: 'none' }
  /** Every failed judgement is one of this row's. */
  | { readonly kind: 'expected'; readonly defect: KnownDefect }
  /** A row of this spec and version, and nothing failed. */
  | { readonly kind: 'not-met'; readonly defect: KnownDefect }
  /** A row of this spec and version, and something else failed: `told` names both signatures. */
  | { readonly kind: 'other-failure'; readonly defect: KnownDefect; readonly told: string }
  /** The failure is that of the row, on a version that was not measured. */
  | { readonly kind: 'not-measured'; readonly defect: KnownDefect; readonly told: string };

/** Looks up one subject's judgements. Rows are tried in their order; the first that says something decides. */
export function matchDefect(
  defects: readonly KnownDefect[],
  subject: Pick<SubjectInfo, 'name' | 'product' | 'version' | 'mode'>,
  at: AttemptFacts,
): DefectMatch {
  const failed = at.judgements.filter(({ ok }) => !ok);
  const rows = defects.filter((defect) => isOf(defect, subject) && cellsOf(defect, at).length > 0);
  let other: DefectMatch = { kind: 'none' };
  for (const defect of rows) {
    const cells = cellsOf(defect, at);
    const known = failed.length > 0 && failed.every((record) => cells.some((cell) => signs(cell.signature, record)));
    const inRange = holdsVersion(defect.versions, subject.version);
    if (inRange && known) return { kind: 'expected', defect };
    if (inRange && failed.length === 0) return { kind: 'not-met', defect };
    if (inRange) other = { kind: 'other-failure', defect, told: otherFailure(defect, cells, failed) };
    else if (known && other.kind === 'none')
      other = { kind: 'not-measured', defect, told: `perhaps ${defect.id}, ${versionTold(defect, subject.version)}` };
  }
  return other;
}

/** Whether the subject is the row's product, in a mode and variant that has the defect. */
function isOf(defect: KnownDefect, subject: Pick<SubjectInfo, 'name' | 'product' | 'mode'>): boolean {
  const [, variant] = /\+(.+)$/.exec(subject.name) ?? [];
  return (
    subject.product === defect.product &&
    (defect.modes.length === 0 || (subject.mode !== undefined && defect.modes.includes(subject.mode))) &&
    (variant === undefined || defect.variants.includes(variant))
  );
}

const cellsOf = (defect: KnownDefect, { spec, family }: AttemptFacts): readonly DefectCell[] =>
  defect.families.includes(family) ? defect.cells.filter((cell) => cell.spec === spec) : [];

/** A version that is not told holds nothing: absent is not "any". */
export function holdsVersion(versions: string, version: string | undefined): boolean {
  if (version === undefined) return false;
  const plain = version.replace(/^v(?=\d)/, '');
  if (semver.valid(plain) !== null && semver.validRange(versions) !== null)
    return semver.satisfies(plain, versions, { includePrerelease: true });
  return plain === versions || version === versions;
}

/** Whether a failed judgement is the one that the signature describes. */
export function signs(signature: Signature, record: JudgementRecord): boolean {
  return (
    record.id === signature.judgement &&
    record.outcome === signature.outcome &&
    Object.entries(signature.facts).every(([name, value]) => record.facts[name] === value) &&
    Object.entries(signature.measures ?? {}).every(([name, asked]) => comparison(asked)(record.measures[name]))
  );
}

const comparisonForm = /^(>=|<=|>|<|=)(-?\d+(?:\.\d+)?)$/;
export const isComparison = (text: string): boolean => comparisonForm.test(text);

/** `>=0.99` as a test; a measure that was not taken fulfils nothing. */
function comparison(text: string): (value: number | undefined) => boolean {
  const [, sign, digits] = comparisonForm.exec(text) ?? [];
  const limit = Number(digits);
  return (value) => {
    if (value === undefined || Number.isNaN(value)) return false;
    if (sign === '>=') return value >= limit;
    if (sign === '<=') return value <= limit;
    if (sign === '>') return value > limit;
    if (sign === '<') return value < limit;
    return sign === '=' && value === limit;
  };
}

function otherFailure(defect: KnownDefect, cells: readonly DefectCell[], failed: readonly JudgementRecord[]): string {
  const met = failed.map(({ id, outcome, facts }) => described({ judgement: id, outcome, facts })).join('; ');
  return `not the known defect ${defect.id}, which fails as ${cells.map(({ signature }) => described(signature)).join(' or ')}; this is ${met}`;
}

function described({ judgement, outcome, facts, measures = {} }: Signature): string {
  const told = [
    ...Object.entries(facts).map(([name, value]) => `${name} ${value}`),
    ...Object.entries(measures).map(([name, asked]) => `${name} ${asked}`),
  ];
  return `${judgement} ${outcome}${told.length === 0 ? '' : ` (${told.join(', ')})`}`;
}

/** What is known of the row's versions, beside the one that runs. */
function versionTold({ fixed, versions }: KnownDefect, version: string | undefined): string {
  if (version === undefined) return `whose version range is ${versions}; the subject tells no version`;
  const mended = fixed === undefined ? '' : `, fixed in ${fixed}`;
  return `not measured for this version: range ${versions}${mended}, this is ${version}`;
}
