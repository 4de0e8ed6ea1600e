/**
 * Clients that are not TypeScript, and other parts that pods need: one literal a layer of the fixtures image. A layer is
 * built when its area takes part in a run; add yours to the list.
 */
import type { PartOptions } from '../cache/cached-part.ts';

export interface FixtureLayer {
  readonly name: string;
  /** Areas whose runs need it; empty means all. */
  readonly areas: readonly string[];
  /**
   * Builds it (through buildGo or ensurePart, so that it is cached) and says which local file or folder goes where in the image:
   * `{ 'usr/local/bin/watch-client-go': '<cache>/…/watch-client-go' }`. Modes are kept; `hash` names the content.
   */
  build(options: PartOptions): Promise<{ readonly hash: string; readonly files: Readonly<Record<string, string>> }>;
}

export const fixtureLayers: readonly FixtureLayer[] = [];
