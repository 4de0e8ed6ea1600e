/** Command line and environment to raw strings by option name; every mistake is a UsageError of one line. */
import { parseArgs } from 'node:util';
import { UsageError } from '../usage-error.ts';
import { closest } from './closest.ts';
import type { OptionInfo } from './schema.ts';

export type RawOptions = Partial<Record<string, string | string[]>>;

const optional = new Set(['list', 'list-subjects']);

export function readCommandLine(argv: readonly string[], infos: readonly OptionInfo[]): RawOptions {
  const byFlag = new Map(infos.map((info) => [info.flag, info]));
  const { tokens } = parseArgs({
    args: withListFormat(argv),
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries(
      infos.map((info) => [
        info.flag,
        {
          type: info.form === 'flag' ? ('boolean' as const) : ('string' as const),
          multiple: true,
          ...(info.short === undefined ? {} : { short: info.short }),
        },
      ]),
    ),
  });
  const raw: RawOptions = {};
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') throw new UsageError(positionalText(token.value));
    const negated = /^no-(.+)$/.exec(token.name)?.[1];
    const info = byFlag.get(token.name) ?? (negated === undefined ? undefined : flagOnly(byFlag.get(negated)));
    if (info === undefined) throw new UsageError(unknownText(token.rawName, [...byFlag.keys()]));
    if (info.form === 'flag') {
      add(raw, info, token.value ?? (byFlag.has(token.name) ? 'true' : 'false'), token.rawName);
      continue;
    }
    if (token.value === undefined || (!token.inlineValue && /^-./.test(token.value)))
      throw new UsageError(`option ${token.rawName} needs a value: ${info.placeholder ?? 'VALUE'} (${info.describe})`);
    add(raw, info, token.value, token.rawName);
  }
  return raw;
}

function add(raw: RawOptions, info: OptionInfo, value: string, rawName: string): void {
  const before = raw[info.name];
  if (info.form === 'list') raw[info.name] = [before ?? [], value].flat();
  else if (before === undefined || before === value) raw[info.name] = value;
  else throw new UsageError(`option ${rawName} was given twice, with different values: ${String(before)} and ${value}`);
}

function flagOnly(info: OptionInfo | undefined): OptionInfo | undefined {
  return info?.form === 'flag' ? info : undefined;
}

/** `--list` alone means text; `--list json` and `--list=json` are the same. */
function withListFormat(argv: readonly string[]): string[] {
  return argv.flatMap((argument, index) => {
    const name = argument.replace(/^--/, '');
    if (!argument.startsWith('--') || !optional.has(name)) return [argument];
    return /^(text|json|yaml)$/.test(argv[index + 1] ?? '') ? [argument] : [`${argument}=text`];
  });
}

/** E2E_TAGS, E2E_IP_FAMILY …: the way to set options for plain `npx mocha`. Lists are separated by commas outside of patterns. */
export function readEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  infos: readonly OptionInfo[],
): RawOptions {
  const byVariable = new Map(infos.map((info) => [`E2E_${info.flag.replaceAll('-', '_').toUpperCase()}`, info]));
  const raw: RawOptions = {};
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith('E2E_') || value === undefined) continue;
    const info = byVariable.get(variable);
    if (info === undefined)
      throw new UsageError(`environment variable ${unknownText(variable, [...byVariable.keys()])}`);
    raw[info.name] = info.form === 'list' ? [value] : value;
  }
  return raw;
}

/** npm keeps `--grep x` for itself when `--` is missing; it leaves a trace in the environment. */
export function optionsSwallowedByNpm(
  env: Readonly<Record<string, string | undefined>>,
  infos: readonly OptionInfo[],
): readonly string[] {
  return infos
    .filter((info) => info.flag !== 'config' && env[`npm_config_${info.flag.replaceAll('-', '_')}`] !== undefined)
    .map((info) => `--${info.flag}`);
}

function positionalText(value: string): string {
  return `unexpected argument "${value}": every value belongs to an option, and npm passes options on only after --, as in: npm run e2e -- --grep ${value}`;
}

function unknownText(name: string, known: readonly string[]): string {
  const near = closest(name.replace(/^-+/, ''), known);
  const hint = near === undefined ? '' : ` (did you mean ${name.startsWith('-') ? '--' : ''}${near}?)`;
  const prefix = name.startsWith('-') ? 'option ' : '';
  return `${prefix}${name} is unknown${hint}; allowed: ${known.map((flag) => (name.startsWith('-') ? `--${flag}` : flag)).join(' ')}`;
}
