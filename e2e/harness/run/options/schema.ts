/** The one schema of everything that can be set, whether on the command line, by E2E_… or in a config file. */
import type { z } from 'zod';
import { clusterOptions } from './cluster-options.ts';
import type { FieldInfo } from './field.ts';
import type { runOptions } from './run-options.ts';
import { selectionOptions } from './selection-options.ts';
import { specOptions } from './spec-options.ts';

/** Options of the engine, those that stand in `--help` before the areas'. */
export const before = { ...selectionOptions, ...clusterOptions, ...specOptions };
type Own = z.output<z.ZodObject<typeof before & typeof runOptions>>;

/** Options of areas. Each area adds its own in its options.ts, by `declare module`; that file is all that knows them. */
export interface AreaOptions {}

/** Validated options; an option that nobody set is absent, so that each reader states its own default. */
type Values = Own & AreaOptions;
export type Options = { readonly [K in keyof Values]: Values[K] };

export interface OptionInfo extends FieldInfo {
  /** As in `Options`. */
  readonly name: string;
  /** `ip-family` */
  readonly flag: string;
}

export interface OptionSchema {
  readonly parse: z.ZodType<Options>;
  /** In the order of `--help`. */
  readonly infos: readonly OptionInfo[];
}
