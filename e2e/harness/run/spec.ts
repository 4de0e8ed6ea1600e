/**
 * spec(): the one way to declare a spec. It only registers; the engine runs. No heavy import may enter here (`--list` ≤ 1 s).
 */
import { fileURLToPath } from 'node:url';
import type { SpecContext } from './context.ts';
import type { Ref } from './result-schema.ts';
import type { SubjectKind, SubjectKinds } from '../subject/subject.ts';

export type Family = 'ipv4' | 'ipv6';

export interface Needs<Capability extends string = string> {
  /** The spec applies to each listed family; default both. `dual` needs a dual-stack cluster. */
  readonly families?: readonly (Family | 'dual')[];
  /** Schedulable nodes besides the control plane. */
  readonly workers?: number;
  /** Probed kernel features by doctor's names: `nft`, `bpf`, `btf`, `ipvs`, `netem`. */
  readonly kernel?: readonly string[];
  /** Capabilities that the subject must report. */
  readonly capabilities?: readonly Capability[];
  /** `kind` when node-level faults are made that no foreign cluster should suffer. */
  readonly provider?: 'kind';
  /** Default: a spec that judges a subject needs a cluster, one that judges none does not. */
  readonly cluster?: boolean;
}

/** A named lock; two holders of an exclusive lock never overlap, shared holders do. */
export type Lock = string | { readonly name: string; readonly shared: true };

interface MetaOfAny {
  /** `<area>/<kebab-claim>`, stable over releases. */
  readonly id: `${string}/${string}`;
  readonly title: string;
  readonly claim: string;
  readonly tags: readonly string[];
  readonly core?: boolean;
  readonly locks?: readonly Lock[];
  /** It restarts nodes or the API server itself: what is seen around it is its own doing, and explains nothing. */
  readonly ownsSurroundings?: true;
  /** Job slots that the body takes, default 1. 0 for one that waits on work which many specs share. */
  readonly slots?: 0 | 1;
  /** Milliseconds, scaled by the slow factor. */
  readonly timeout: number;
  readonly refs: readonly Ref[];
  readonly iterations?: number;
}

/** `judges`: the kind of subject that is judged; a spec may need what that kind can do. */
type Judging =
  | { [K in SubjectKind]: { readonly judges: K; readonly needs?: Needs<SubjectKinds[K]> } }[SubjectKind]
  | { readonly judges: 'none'; readonly needs?: Needs<never> };

export type SpecMeta = MetaOfAny & Judging;

export interface RegisteredSpec {
  readonly meta: SpecMeta;
  readonly body: (t: SpecContext) => Promise<void>;
  readonly file: string;
}

type Registrar = (spec: RegisteredSpec) => void;

/**
 * Spec files are modules: Node runs each once a process. A test runner can load this module twice, as CommonJS for a test and as
 * ESM for the specs, so what a process has declared is kept where both find it.
 */
interface Declarations {
  registrar: Registrar | undefined;
  /** By absolute path of the spec file. */
  readonly byFile: Map<string, readonly RegisteredSpec[]>;
}
const place = Symbol.for('staleproof.declarations');
const global = globalThis as unknown as Record<symbol, Declarations | undefined>;
export const declarations: Declarations = (global[place] ??= { registrar: undefined, byFile: new Map() });

/** The engine installs what happens on registration before spec files are loaded. */
export function onSpec(next: Registrar | undefined): void {
  declarations.registrar = next;
}

/** Declares a spec. Call it once per claim at the top level of a `*.spec.ts` file, or in a loop over literals. */
export function spec(meta: SpecMeta, body: (t: SpecContext) => Promise<void>): void {
  if (declarations.registrar === undefined)
    throw new Error(`spec ${meta.id} was loaded outside the suite; run it with: npm run e2e -- --grep ${meta.id}`);
  declarations.registrar({ meta, body, file: callerFile() });
}

function callerFile(): string {
  const line = (new Error().stack ?? '').split('\n').find((frame) => /\.spec\.ts/.test(frame)) ?? '';
  const path = /\(?((?:file:\/\/)?\/[^)]*?\.spec\.ts)/.exec(line)?.[1] ?? '';
  return path.startsWith('file:') ? fileURLToPath(path) : path;
}
