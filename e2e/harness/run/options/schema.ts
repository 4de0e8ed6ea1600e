/** The one schema of everything that can be set, whether on the command line, by E2E_… or in a config file. */
import { z } from 'zod';
import type { Areas } from '../../area/areas.ts';
import { clusterOptions } from './cluster-options.ts';
import { fieldInfo, type FieldInfo } from './field.ts';
import { runOptions } from './run-options.ts';
import { selectionOptions } from './selection-options.ts';
import { specOptions } from './spec-options.ts';

const before = { ...selectionOptions, ...clusterOptions, ...specOptions };
const own = z.strictObject({ ...before, ...runOptions });

/** Options of areas. Each area adds its own in its options.ts, by `declare module`; that file is all that knows them. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- empty until an area adds to it
export interface AreaOptions {}

/** Validated options; an option that nobody set is absent, so that each reader states its own default. */
type Values = z.output<typeof own> & AreaOptions;
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

/** Reads what the areas declare. */
export async function optionSchema(areas: Areas): Promise<OptionSchema> {
  const shape = { ...before, ...(await areas.options()), ...runOptions };
  const infos = Object.entries(shape).map(([name, field]) => ({ ...fieldInfo(field), name, flag: kebab(name) }));
  return { parse: z.strictObject(shape) as unknown as z.ZodType<Options>, infos };
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
