/** The schema of all options: the engine's and those that areas declare. */
import { z } from 'zod';
import type { Areas } from '../../area/areas.ts';
import { fieldInfo } from './field.ts';
import { runOptions } from './run-options.ts';
import { before, type Options, type OptionSchema } from './schema.ts';

/** Reads what the areas declare. */
export async function optionSchema(areas: Areas): Promise<OptionSchema> {
  const shape = { ...before, ...(await areas.options()), ...runOptions };
  const infos = Object.entries(shape).map(([name, field]) => ({ ...fieldInfo(field), name, flag: kebab(name) }));
  return { parse: z.strictObject(shape) as unknown as z.ZodType<Options>, infos };
}

/** A name of `Options` as it is typed: `ipFamily` → `ip-family`. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
