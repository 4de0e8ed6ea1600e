/** Everything that was set, validated once: config file < environment < command line. */
import { readFile } from 'node:fs/promises';
import type { Areas } from '../../area/areas.ts';
import { UsageError } from '../usage-error.ts';
import { checkCombinations } from './combinations.ts';
import { optionsSwallowedByNpm, readCommandLine, readEnvironment, type RawOptions } from './command-line.ts';
import { oneLine, readConfig } from './config-file.ts';
import { type Options, type OptionSchema } from './schema.ts';
import { optionSchema } from './option-schema.ts';

/** Throws UsageError, one line, naming the source of the value. Creates nothing. */
export async function parseOptions(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  areas: Areas,
): Promise<Options> {
  const schema = await optionSchema(areas);
  const { infos } = schema;
  const swallowed = optionsSwallowedByNpm(env, infos);
  if (swallowed.length > 0)
    throw new UsageError(
      `npm kept ${swallowed.join(' ')} for itself; put -- first: npm run e2e -- ${swallowed[0] ?? ''} …`,
    );
  const commandLine = readCommandLine(argv, infos);
  const environment = readEnvironment(env, infos);
  const file = commandLine.config ?? environment.config;
  const config = typeof file === 'string' ? await readConfig(await configText(file), file, infos) : {};
  const options = validate(schema, [
    [typeof file === 'string' ? file : '', config],
    ['environment', environment],
    ['command line', commandLine],
  ]);
  checkCombinations(options);
  return options;
}

/** One source after the other, so that a message can say where the wrong value stands; later sources win. */
function validate({ parse, infos }: OptionSchema, sources: readonly (readonly [string, RawOptions])[]): Options {
  let merged: Options = {};
  for (const [source, raw] of sources) {
    const result = parse.safeParse(raw);
    if (!result.success) {
      const issue = result.error.issues[0];
      const name = String(issue?.path[0] ?? '');
      const info = infos.find((candidate) => candidate.name === name);
      throw new UsageError(`${source}: --${info?.flag ?? name}: ${oneLine(issue?.message ?? 'not valid')}`);
    }
    merged = { ...merged, ...result.data };
  }
  return merged;
}

async function configText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new UsageError(`config file ${file}: ${code === 'ENOENT' ? 'no such file' : code}`);
  }
}
