/** `npm run e2e`: options → selection → listing or run. Returns the exit code. Heavy parts are loaded only for a run. */
import type { Composition } from './composition.ts';
import { EXIT } from './exit-codes.ts';
import { parseOptions } from './options/parse.ts';
import type { Options } from './options/schema.ts';
import { watchOutput } from './output.ts';
import { shown } from './shown.ts';
import { select } from './select.ts';
import { loadSpecs, SpecLoadError } from './spec-registry.ts';
import { tagList } from './tags.ts';
import { UsageError } from './usage-error.ts';

export const defaultReportsFolder = 'reports';

export async function runCommand(argv: readonly string[], composition: Composition): Promise<number> {
  watchOutput();
  try {
    const options = await parseOptions(argv, process.env, composition.areas);
    const { choiceAtTerminal } = await import('./choice.ts');
    const choice = await choiceAtTerminal(options, composition.areas);
    if (choice === undefined) return EXIT.asExpected;
    if (choice.length === 0) return await dispatch(argv, options, composition);
    const all = [...argv, ...choice];
    return await dispatch(all, await parseOptions(all, process.env, composition.areas), composition);
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`staleproof: ${shown(error.message)}\n`);
      return EXIT.usage;
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`staleproof: ${shown(error instanceof SpecLoadError ? error.message : text)}\n`);
    return EXIT.infrastructure;
  }
}

async function dispatch(argv: readonly string[], given: Options, composition: Composition): Promise<number> {
  if (given.help === true) {
    const { helpText } = await import('./options/help.ts');
    const { optionSchema } = await import('./options/option-schema.ts');
    return print(helpText((await optionSchema(composition.areas)).infos));
  }
  if (given.listTags === true) return print(tagList(composition.areas.tags));
  if (given.listSubjects !== undefined) {
    const { listSubjects } = await import('./listing.ts');
    return print(await listSubjects(composition.subjects, given.listSubjects));
  }
  const reports = given.reportsFolder ?? defaultReportsFolder;
  const { optionsAfter, readLastRun } = await import('./last-run.ts');
  const last = given.rerunFailed === true ? await readLastRun(reports, composition.areas) : undefined;
  const options = last === undefined ? given : optionsAfter(last, given);
  const all = await loadSpecs(options.specs ?? composition.specFolders, composition.areas);
  if (options.quick === true) return composition.quick(argv, options, all);
  const selection = select(all, options, composition.areas.tags, last?.unfinished);
  if (options.list !== undefined) {
    const { listSpecs } = await import('./listing.ts');
    return print(await listSpecs(selection.specs, options.list));
  }
  const chosen = await composition.choose(options, selection.specs);
  if (options.plan === true) return print(await composition.plan(options, selection.specs));
  const { runAll } = await import('./run-all.ts');
  return runAll({ argv, options, composition, selection, available: all.length, chosen, reports });
}

function print(text: string): number {
  process.stdout.write(`${shown(text)}\n`);
  return EXIT.asExpected;
}
