/** What the engine is given by its composition root, so that its own tests can give it something else. */
import type { KnownDefect } from './match-defect.ts';
import type { Areas } from '../area/areas.ts';
import type { SubjectEntry } from '../subject/subject.ts';
import type { Options } from './options/schema.ts';
import type { MakeEnvironment } from './run-environment.ts';
import type { RegisteredSpec } from './spec.ts';

export interface ChosenSubjects {
  /** For the header: what is judged, by name. */
  readonly names: readonly string[];
  /** For the header: `kind ipv4`, or `no cluster`. */
  readonly where: string;
}

export interface Composition {
  /** Folders with specs unless --specs says otherwise. */
  readonly specFolders: readonly string[];
  readonly areas: Areas;
  /** Of the areas, unless a test has others. */
  readonly subjects: readonly SubjectEntry[];
  readonly defectTables: () => Promise<readonly KnownDefect[]>;
  /** Pure; throws UsageError for unknown names and impossible combinations, before anything is created. */
  readonly choose: (options: Options, specs: readonly RegisteredSpec[]) => Promise<ChosenSubjects>;
  /** What makeEnvironment() would make first, with times; makes nothing. */
  readonly plan: (options: Options, specs: readonly RegisteredSpec[]) => Promise<string>;
  /** `--quick`: runs of its own, with the other arguments handed on. Returns the exit code. */
  readonly quick: (argv: readonly string[], options: Options, specs: readonly RegisteredSpec[]) => Promise<number>;
  readonly makeEnvironment: (options: Options) => MakeEnvironment;
  /** Writes reports from results.jsonl; returns the text that ends the run on the console. */
  readonly report: (folder: string, options: Options, columns?: number) => Promise<string>;
}
