/** What the composition root gives the engine: the environment of the specs, facts for skips and headers, and the way back. */
import type { Undo } from './attempt-state.ts';
import type { SpecContext } from './context.ts';
import type { Environment } from './environment.ts';
import type { NoteLine, SubjectInfo } from './result-schema.ts';
import type { RegisteredSpec, SpecMeta } from './spec.ts';
import type { Surroundings } from './surroundings.ts';

export interface EnvironmentRequest {
  readonly run: string;
  /** The run's folder. */
  readonly folder: string;
  readonly specs: readonly RegisteredSpec[];
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  /** `data.subjects`: SubjectInfo of subjects that stand only now; they take the place of those in the run's first line. */
  readonly note: (
    level: NoteLine['level'],
    summary: string,
    data?: { readonly subjects: readonly SubjectInfo[] },
  ) => void;
  /** Ends the run, with clean-up: what it would judge from here on says nothing. */
  readonly end: (reason: string) => void;
}

export interface RunEnvironment {
  readonly env: Environment;
  /** For the run-start line: kernel, cores, kubernetes, provider, family, … */
  readonly facts: Readonly<Record<string, string>>;
  /** As they stand now: what is installed beside the first specs tells its version later. */
  readonly subjects: readonly SubjectInfo[];
  readonly family: string;
  readonly defaultJobs: number;
  /** Resolves when what the spec judges stands; rejects with why it cannot. Absent: everything stands already. */
  readonly ready?: (meta: SpecMeta) => Promise<void>;
  /** A probed reason why the spec does not apply here. */
  skipReason(meta: SpecMeta): string | undefined;
  /** Diagnostics of the run's cluster and subjects. */
  collectors(context: SpecContext): readonly Undo[];
  /** What happens around the specs and is not their doing. */
  readonly surroundings?: Surroundings;
  /** Packets stopped by the leak guard since the start, by rule. */
  guard?(): Promise<Readonly<Record<string, number>>>;
  /** Removes subjects and cluster. Errors are collected into one. */
  close(signal: AbortSignal): Promise<void>;
}

export type MakeEnvironment = (request: EnvironmentRequest) => Promise<RunEnvironment>;
