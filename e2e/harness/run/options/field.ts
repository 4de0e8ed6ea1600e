/**
 * Builders for options. Command line, environment and config file all deliver strings (YAML is read without types, so that
 * `030`, `yes` or a date never turn into something else on the way); each field turns its string into the value.
 */
import { z } from 'zod';

export interface FieldInfo {
  readonly describe: string;
  readonly group: string;
  /** `flag` takes no value on the command line, `list` may be given several times. */
  readonly form: 'flag' | 'value' | 'list';
  readonly placeholder?: string;
  readonly short?: string;
  /** Not taken from a config file: it says what to do with this one command. */
  readonly commandLineOnly?: boolean;
}
type Extra = Partial<Pick<FieldInfo, 'placeholder' | 'short' | 'commandLineOnly'>>;

/** Options of an area by name. */
export type FieldsOfArea = Readonly<Record<string, z.ZodType>>;
/** What those fields give: every option may be absent. */
export type ValuesOf<F extends FieldsOfArea> = { readonly [K in keyof F]?: z.output<F[K]> };

const infos = new WeakMap<z.ZodType, FieldInfo>();
export const fieldInfo = (field: z.ZodType): FieldInfo => {
  const info = infos.get(field);
  if (info === undefined) throw new Error('an option was declared without a builder of field.ts');
  return info;
};
function declare<T extends z.ZodType>(schema: T, info: FieldInfo): T {
  infos.set(schema, info);
  return schema;
}

/** Fields of one group of `--help`. */
export function fields(group: string) {
  const parsed = <T>(describe: string, expected: string, parse: (raw: string) => T | undefined, extra: Extra) =>
    declare(
      z
        .string({ error: `expected ${expected}` })
        .transform((raw, context): T => {
          const value = raw.trim() === '' || /^(null|~)$/.test(raw) ? undefined : parse(raw.trim());
          if (value !== undefined) return value;
          context.addIssue({ code: 'custom', message: `expected ${expected}, got "${raw}"` });
          return z.NEVER;
        })
        .optional(),
      { describe, group, form: 'value', ...extra },
    );
  return {
    flag: (describe: string, extra: Extra = {}) =>
      declare(
        z
          .enum(['true', 'false'], { error: ({ input }) => `expected true or false, got ${show(input)}` })
          .transform((raw) => raw === 'true')
          .optional(),
        { describe, group, form: 'flag', ...extra },
      ),
    text: (describe: string, placeholder: string, extra: Extra = {}) =>
      parsed(describe, `a ${placeholder}`, (raw) => raw, { placeholder, ...extra }),
    matching: (describe: string, placeholder: string, pattern: RegExp, example: string, extra: Extra = {}) =>
      parsed(describe, `${placeholder} like ${example}`, (raw) => (pattern.test(raw) ? raw : undefined), {
        placeholder,
        ...extra,
      }),
    count: (describe: string, range: { min?: number; max?: number } = {}, extra: Extra = {}) => {
      const { min = 1, max = Number.MAX_SAFE_INTEGER } = range;
      const bounds = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `${min} to ${max}`;
      return parsed(
        describe,
        `a whole number, ${bounds}`,
        (raw) => (/^(0|[1-9]\d*)$/.test(raw) && Number(raw) >= min && Number(raw) <= max ? Number(raw) : undefined),
        { placeholder: 'N', ...extra },
      );
    },
    factor: (describe: string, extra: Extra = {}) =>
      parsed(describe, 'a number above 0, at most 100', (raw) => positive(raw, 100), { placeholder: 'X', ...extra }),
    /** Milliseconds; a bare number is seconds. */
    duration: (describe: string, extra: Extra = {}) =>
      parsed(describe, 'a duration like 500ms, 90s, 10m or 1h30m (at most 7 days)', durationMs, {
        placeholder: 'TIME',
        ...extra,
      }),
    choice: <const C extends readonly [string, ...string[]]>(describe: string, choices: C, extra: Extra = {}) =>
      declare(
        z
          .enum(choices, { error: ({ input }) => `expected one of ${choices.join(', ')}; got ${show(input)}` })
          .optional(),
        { describe, group, form: 'value', placeholder: choices.join('|'), ...extra },
      ),
    list: (describe: string, placeholder: string, extra: Extra = {}) =>
      declare(
        z
          .union([z.string(), z.array(z.string())], { error: `expected a ${placeholder} or a list of them` })
          .transform((raw, context) => {
            const items = (typeof raw === 'string' ? [raw] : raw).map((item) => item.trim());
            if (items.some((item) => item === '')) context.addIssue({ code: 'custom', message: 'an item is empty' });
            return items;
          })
          .optional(),
        { describe, group, form: 'list', placeholder, ...extra },
      ),
  };
}

function positive(raw: string, max: number): number | undefined {
  const value = /^(0|[1-9]\d*)(\.\d+)?$/.test(raw) ? Number(raw) : 0;
  return value > 0 && value <= max ? value : undefined;
}

const unitMs: Readonly<Record<string, number>> = {
  ...{ ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3 },
  ...{ ms: 1, s: 1000, m: 60_000, h: 3_600_000 },
};

/** A bare number is seconds; else as Go writes durations, since those are copied from flags of agents and kubelets: `1m30s`. */
export function durationMs(raw: string): number | undefined {
  const number = String.raw`(?:0|[1-9]\d*)(?:\.\d+)?`;
  const isSeconds = new RegExp(`^${number}$`).test(raw);
  const parts = [...(isSeconds ? `${raw}s` : raw).matchAll(new RegExp(`(${number})(ns|us|µs|μs|ms|s|m|h)`, 'g'))];
  if (parts.map(([part]) => part).join('') !== (isSeconds ? `${raw}s` : raw)) return undefined;
  const ms = parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (unitMs[unit] ?? NaN), 0);
  return ms > 0 && ms <= 7 * 24 * 3_600_000 ? ms : undefined;
}

export function show(input: unknown): string {
  return typeof input === 'string' ? `"${input}"` : input === undefined ? 'nothing' : typeof input;
}
