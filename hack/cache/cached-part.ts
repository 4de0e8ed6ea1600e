/** A part of the set-up that is built once: `<cache>/<kind>/<content hash>/`, made aside and moved into place whole. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Steps } from '../process/steps.ts';
import { cacheRoot } from './cache-folders.ts';
import { type Hashable, contentHash } from './content-hash.ts';
import { withFileLock } from './file-lock.ts';

export interface Part {
  /** Folder below the cache and name of the step: `kubernetes`, `root-file-system-node`. */
  readonly kind: string;
  readonly inputs: Hashable;
  /** Milliseconds on two cores, for the first build here; later ones are announced with the last measured time. */
  readonly expectedMs: number;
  /** Fills the folder. Output of commands belongs in `logFile`, which a failure names. */
  make(folder: string, logFile: string, signal: AbortSignal | undefined): Promise<void>;
}

export interface BuiltPart {
  readonly folder: string;
  readonly hash: string;
}

export interface PartOptions {
  readonly steps: Steps;
  readonly signal?: AbortSignal | undefined;
  /** Only looks: what is not there is not made, and NotBuiltError says how long it would take. */
  readonly onlyIfBuilt?: boolean;
  /** Nobody waits for it yet: compilers leave the cores to those whose parts are waited for. */
  readonly inBackground?: boolean;
}

/** The part is not in the cache, and the caller only looked. */
export class NotBuiltError extends Error {
  override readonly name = 'NotBuiltError';
  /** Milliseconds. */
  readonly expectedMs: number;

  constructor(kind: string, expectedMs: number) {
    super(`${kind} is not built yet`);
    this.expectedMs = expectedMs;
  }
}

export function partFolder(part: Pick<Part, 'kind' | 'inputs'>): BuiltPart {
  const hash = contentHash(part.inputs);
  return { folder: join(cacheRoot(), part.kind, hash), hash };
}

/** Whether the part is in the cache: then ensurePart returns at once. */
export function isBuilt(part: Pick<Part, 'kind' | 'inputs'>): boolean {
  return existsSync(partFolder(part).folder);
}

/** Returns the part's folder, building it first when the cache lacks it. Two processes build it once. */
export async function ensurePart(part: Part, options: PartOptions): Promise<BuiltPart> {
  const built = partFolder(part);
  if (existsSync(built.folder)) return built;
  if (options.onlyIfBuilt === true)
    throw new NotBuiltError(part.kind, (await lastDuration(part.kind)) ?? part.expectedMs);
  await mkdir(dirname(built.folder), { recursive: true });
  await withFileLock(`${built.folder}.lock`, { ...options, what: part.kind }, async () => {
    if (existsSync(built.folder)) return;
    const aside = `${built.folder}.new`;
    const logFile = join(cacheRoot(), 'log', `${part.kind}-${built.hash}.log`);
    await rm(aside, { recursive: true, force: true });
    await rm(logFile, { force: true });
    await mkdir(aside, { recursive: true });
    const started = Date.now();
    try {
      const expectedMs = (await lastDuration(part.kind)) ?? part.expectedMs;
      await options.steps.step(part.kind, expectedMs, () => part.make(aside, logFile, options.signal));
      await rename(aside, built.folder);
    } catch (error) {
      await rm(aside, { recursive: true, force: true });
      throw error;
    }
    await rememberDuration(part.kind, Date.now() - started);
  });
  return built;
}

/** What a step of this name will be expected to take from now on. */
export async function rememberDuration(kind: string, ms: number): Promise<void> {
  await mkdir(dirname(durationFile(kind)), { recursive: true });
  await writeFile(durationFile(kind), String(Math.round(ms)));
}

/** Milliseconds, as measured on this machine; undefined before the first time. */
export async function lastDuration(kind: string): Promise<number | undefined> {
  const text = await readFile(durationFile(kind), 'utf8').catch(() => '');
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function durationFile(kind: string): string {
  return join(cacheRoot(), kind, 'last-duration-ms');
}
