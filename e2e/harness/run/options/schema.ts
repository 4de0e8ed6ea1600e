/** The one schema of everything that can be set, whether on the command line, by E2E_… or in a config file. */
import { z } from 'zod';
import { areaOptions } from './area-options.ts';
import { clusterOptions } from './cluster-options.ts';
import { fieldInfo, type FieldInfo } from './field.ts';
import { runOptions } from './run-options.ts';
import { selectionOptions } from './selection-options.ts';

const shape = { ...selectionOptions, ...clusterOptions, ...areaOptions, ...runOptions };
export const optionsSchema = z.strictObject(shape);

/** Validated options; an option that nobody set is absent, so that each reader states its own default. */
export type Options = { readonly [K in keyof z.output<typeof optionsSchema>]: z.output<typeof optionsSchema>[K] };
export type OptionName = keyof typeof shape;

export interface OptionInfo extends FieldInfo {
  readonly name: OptionName;
  /** `ip-family` */
  readonly flag: string;
}
export const optionInfos: readonly OptionInfo[] = Object.entries(shape).map(([name, field]) => ({
  ...fieldInfo(field as z.ZodType),
  name: name as OptionName,
  flag: kebab(name),
}));

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
