/** A config file's text to raw options. Scalars stay strings: no YAML version decides what `yes`, `030` or a date is. */
import { UsageError } from '../usage-error.ts';
import { closest } from './closest.ts';
import type { RawOptions } from './command-line.ts';
import type { OptionInfo } from './schema.ts';

/** Keys may be written `ip-family`, `ip_family` or `ipFamily`. An empty document sets nothing. */
export async function readConfig(text: string, file: string, infos: readonly OptionInfo[]): Promise<RawOptions> {
  const byKey = new Map(infos.filter((info) => info.commandLineOnly !== true).map((info) => [info.flag, info]));
  const { load, FAILSAFE_SCHEMA, YAMLException } = await import('js-yaml');
  let document: unknown;
  try {
    document = load(text, { schema: FAILSAFE_SCHEMA, filename: file });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const line = (error.mark as { line: number } | undefined)?.line;
    throw new UsageError(`${file}${line === undefined ? '' : ` line ${line + 1}`}: not YAML: ${oneLine(error.reason)}`);
  }
  if (document === undefined || document === null || document === '') return {};
  if (typeof document !== 'object' || Array.isArray(document))
    throw new UsageError(
      `${file}: expected a mapping of options, got ${Array.isArray(document) ? 'a list' : 'one value'}`,
    );
  const raw: RawOptions = {};
  for (const [key, value] of Object.entries(document)) {
    const flag = key
      .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
      .replaceAll('_', '-')
      .toLowerCase();
    const info = byKey.get(flag);
    if (info === undefined) {
      const near = closest(flag, [...byKey.keys()]);
      const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
      throw new UsageError(`${file}: key ${oneLine(key)} is unknown${hint}; allowed: ${[...byKey.keys()].join(' ')}`);
    }
    if (raw[info.name] !== undefined) throw new UsageError(`${file}: ${info.flag} is set twice, under two spellings`);
    raw[info.name] = asRaw(value, key, file);
  }
  return raw;
}

function asRaw(value: unknown, key: string, file: string): string | string[] {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw new UsageError(
    `${file}: ${key}: expected a value or a list of values, got ${value === null ? 'nothing' : 'a nested structure'}`,
  );
}

export function oneLine(text: string): string {
  const line = text
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}]/gu, '?')
    .trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
