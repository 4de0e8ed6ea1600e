/**
 * Result data: what a run leaves behind in `reports/<run>/results.jsonl`, one JSON object a line.
 * Every report is a pure function of these lines, so this file imports nothing and holds types only.
 * Times: `at`, `startedAt`, `endedAt`, `until` are milliseconds on the run's monotonic clock (0 = run start);
 * `wall` fields are ISO 8601 UTC.
 */
export const RESULT_SCHEMA_VERSION = 1;

export type Verdict =
  | 'pass'
  | 'fail'
  | 'inconclusive'
  | 'skip'
  | 'expected-fail'
  | 'unexpected-pass'
  | 'flaky'
  | 'infrastructure-error'
  | 'not-run';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export interface Ref {
  readonly title: string;
  readonly url: string;
}

/** The data of a spec's metadata that reports, lists and documents need. */
export interface SpecInfo {
  readonly id: string;
  readonly area: string;
  readonly title: string;
  /** One sentence with MUST or MUST NOT. */
  readonly claim: string;
  readonly tags: readonly string[];
  readonly core: boolean;
  readonly file: string;
  readonly refs: readonly Ref[];
  /** The kind of subject that it judges, or `none`. Runs of before 2026-12 do not say. */
  readonly judges?: string | undefined;
}

export interface SubjectInfo {
  /** `<name>[@version][+variant]` */
  readonly name: string;
  readonly kind: string;
  /** Whose release it is, as known defects name it: `kube-proxy`. Absent where nobody can say. */
  readonly product?: string | undefined;
  /** The subject's own word, read while it runs (`--version`, image, metrics); never the cluster's. Absent: not known. */
  readonly version?: string | undefined;
  /** How it works, where it has modes: `iptables`. */
  readonly mode?: string | undefined;
  readonly versions: Readonly<Record<string, string>>;
  /** What stands in for a part that cannot run outside a cloud, and how a variant was made: printed in reports. */
  readonly remarks: readonly string[];
}

export interface RunStartLine {
  readonly type: 'run-start';
  readonly schema: number;
  readonly run: string;
  readonly wall: string;
  readonly argv: readonly string[];
  readonly seed: number;
  readonly shard?: string;
  /** Of all shards together, in a run that has one: how many specs, and the sum of their ids in the order of dealing. */
  readonly selection?: { readonly specs: number; readonly sha256: string };
  readonly options: Readonly<Record<string, Json>>;
  /** Facts of machine and software: suite (its commit), kernel, cores, memory, node, kubernetes, provider, cluster, family. */
  readonly facts: Readonly<Record<string, string>>;
  readonly subjects: readonly SubjectInfo[];
  /** All selected specs in definition order; a spec with no attempt line at the end of the run was not run. */
  readonly specs: readonly SpecInfo[];
}

export interface StepRecord {
  readonly title: string;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly depth: number;
  readonly error?: string;
}

/** One piece of what was seen. `lane` groups pieces into a row of the timeline picture. */
export interface EvidenceRecord {
  readonly at: number;
  readonly until?: number;
  /** Field's name of what it is: `conntrack-entry`, `datagram`, `rst`, `log-line`, `fault`, `counter`, `step`, `proof`, … */
  readonly kind: string;
  readonly lane: string;
  readonly summary: string;
  readonly data?: Json;
  /** Path relative to the run's folder. */
  readonly artifact?: string;
}

/** A series drawn on the timeline: sequence numbers received per server, rows in a table, bytes of a capture. */
export interface SeriesRecord {
  readonly name: string;
  readonly lane: string;
  readonly unit: string;
  /** [at, value] pairs, ascending by `at`. */
  readonly points: readonly (readonly [number, number])[];
}

/** A judgement by its closed words, for those who match it: its text is in the evidence. */
export interface JudgementRecord {
  /** Kebab-case: `row-removed`. */
  readonly id: string;
  readonly ok: boolean;
  /** Name of the subject that was judged, where an attempt judges several. */
  readonly of?: string;
  /** One of the outcomes that the judgement declares: `row-stays`. */
  readonly outcome: string;
  readonly facts: Readonly<Record<string, string>>;
  /** Numbers by kebab-case name, such as `share-lost` (0 to 1) or `late-ms`. */
  readonly measures: Readonly<Record<string, number>>;
}

export interface MeasureRecord {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The bound that was judged against, when there is one. */
  readonly bound?: number;
}

export interface AttachmentRecord {
  readonly name: string;
  readonly path: string;
  readonly mime: string;
}

export interface FailureRecord {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly subject?: string;
  readonly expected?: string;
  readonly observed?: string;
  readonly durationMs?: number;
  readonly tries?: number;
  readonly artifact?: string;
  readonly causes?: readonly string[];
}

/** One subject of an attempt in which a known defect of it is listed: whether it failed as listed, or passed all the same. */
export interface KnownCell {
  readonly of: string;
  readonly defect: {
    readonly id: string;
    readonly reason: string;
    readonly link: string;
    /** The release that has it no more, where there is one. */
    readonly fixed?: string;
  };
  readonly met: boolean;
}

export interface AttemptLine {
  readonly type: 'attempt';
  readonly spec: SpecInfo;
  /** 1-based. */
  readonly attempt: number;
  /** 1-based repetition under --repeat. */
  readonly repetition: number;
  /** A retry follows: this attempt does not decide. */
  readonly final: boolean;
  readonly verdict: Verdict;
  /** Why inconclusive or skipped; the defect for expected-fail. */
  readonly reason?: string;
  readonly defect?: {
    readonly id: string;
    readonly reason: string;
    readonly link: string;
    readonly since?: string;
    readonly fixed?: string;
  };
  readonly failure?: FailureRecord;
  readonly subjects: readonly string[];
  readonly startedAt: number;
  readonly endedAt: number;
  readonly leaked: boolean;
  readonly steps: readonly StepRecord[];
  readonly evidence: readonly EvidenceRecord[];
  /** What was judged, in order; absent in runs of before it was recorded. */
  readonly judgements?: readonly JudgementRecord[];
  /** Subjects of several that could not be judged, with the reason each. */
  readonly undecided?: readonly string[];
  /** The known defects of each subject, whatever the verdict of the attempt as a whole. */
  readonly known?: readonly KnownCell[];
  readonly series: readonly SeriesRecord[];
  readonly measures: readonly MeasureRecord[];
  /** What was measured, for a stranger: `2,000 flows alive, 0 cut`. Absent: the spec says it by its measures alone. */
  readonly inShort?: string;
  readonly attachments: readonly AttachmentRecord[];
  readonly cleanupErrors: readonly string[];
  /** Relative to the run's folder: `artifacts/<spec>/<attempt>`. */
  readonly artifacts: string;
}

/** Something that belongs to no spec: an infrastructure failure in set-up, a late error, guard counters. */
export interface NoteLine {
  readonly type: 'note';
  readonly at: number;
  readonly level: 'info' | 'warning' | 'infrastructure-error';
  readonly summary: string;
  readonly data?: Json;
}

export interface RunEndLine {
  readonly type: 'run-end';
  readonly at: number;
  readonly wall: string;
  readonly exitCode: number;
  readonly interrupted?: string;
  readonly counts: Readonly<Partial<Record<Verdict, number>>>;
  /** Peak resident memory of the harness process. */
  readonly peakMemoryMiB?: number;
  /** Packets that the leak guard stopped during the run, by rule. */
  readonly guard?: Readonly<Record<string, number>>;
}

export type ResultLine = RunStartLine | AttemptLine | NoteLine | RunEndLine;
