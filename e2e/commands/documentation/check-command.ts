/** Checks a documented command against what is really there, without running anything but --help and --list. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { areas } from '../../areas/index.ts';
import { composition } from '../../compose/composition.ts';
import { parseOptions } from '../../harness/run/options/parse.ts';
import { select } from '../../harness/run/select.ts';
import { loadSpecs } from '../../harness/run/spec-registry.ts';

export const root = fileURLToPath(new URL('../../..', import.meta.url));
/** Programs of others: that they are installed is not ours to test, but a new one has to be named here on purpose. */
const FOREIGN = new Set([
  'docker',
  'kubectl',
  'git',
  'cd',
  'kill',
  'sonobuoy',
  'helm',
  'aws',
  'az',
  'gcloud',
  'ls',
  'cat',
  'less',
  'curl',
]);

export const run = (entry: string, args: readonly string[]) =>
  execa(process.execPath, ['--import', 'tsx', entry, ...args], {
    cwd: root,
    reject: false,
    all: true,
    timeout: 60_000,
  });

const scripts = async (): Promise<Readonly<Record<string, string>>> =>
  (JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }).scripts;

let specs: ReturnType<typeof loadSpecs> | undefined;

/** The answer of a command to --help, asked once. */
const helpTexts = new Map<string, Promise<string>>();
const helpOf = (entry: string): Promise<string> => {
  const known = helpTexts.get(entry) ?? run(entry, ['--help']).then((result) => result.all);
  helpTexts.set(entry, known);
  return known;
};

/** What is wrong with a command; undefined when nothing is. */
export async function problemWith(words: readonly string[]): Promise<string | undefined> {
  const [program = '', ...rest] = words;
  if (FOREIGN.has(program)) return undefined;
  if (program === 'node')
    return rest[0] === '-e' || existsSync(join(root, rest[0] ?? '')) ? undefined : `no file ${rest[0] ?? ''}`;
  if (program === 'npx')
    return ['mocha', 'staleproof'].includes(rest[0] ?? '') ? undefined : `npx ${rest[0] ?? ''} is not used here`;
  if (program !== 'npm') return `${program} is neither ours nor among the programs that a reader is expected to have`;
  const [verb, name] = rest[0] === 'run' ? rest.filter((word) => word !== '-s') : ['run', rest[0]];
  if (verb !== 'run' || name === undefined) return undefined;
  if (['audit', 'ci', 'install', 'pack', 'sbom'].includes(name)) return undefined;
  const script = (await scripts())[name];
  if (script === undefined) return `package.json has no script ${name}`;
  const separator = rest.indexOf('--');
  const args = separator < 0 ? [] : rest.slice(separator + 1);
  if (separator < 0 && rest.length > (rest[0] === 'run' ? 2 : 1)) return 'npm swallows options that stand before --';
  const entry = entryOf(script);
  if (entry === undefined) return undefined;
  if (!existsSync(join(root, entry))) return `${entry} does not exist`;
  // A proof has a help of its own, and is a program of its own.
  const proof = name === 'prove' ? args[0] : undefined;
  if (proof !== undefined && !proof.startsWith('-')) return problemWithProof(proof, args.slice(1));
  return entry === 'e2e/cli.ts' ? problemWithRun(args) : problemWithOptions(entry, args);
}

async function problemWithProof(proof: string, args: readonly string[]): Promise<string | undefined> {
  const help = await helpOf('e2e/commands/prove.ts');
  if (!new RegExp(`^ +${proof} `, 'm').test(help)) return `npm run prove knows no ${proof}`;
  return problemWithOptions(`e2e/commands/${proof}.ts`, args);
}

function entryOf(script: string): string | undefined {
  const command = /hack\/bootstrap\.mjs (\S+)/.exec(script)?.[1];
  return command === undefined ? undefined : command === 'e2e' ? 'e2e/cli.ts' : `e2e/commands/${command}.ts`;
}

/** All options are parsed, the selection is made and the subjects are chosen, as a run does before it touches anything. */
export async function problemWithRun(args: readonly string[]): Promise<string | undefined> {
  // What failed last depends on the machine, so that filter alone is left out.
  const asked = args.filter((arg) => arg !== '--rerun-failed');
  try {
    const options = await parseOptions(asked, {}, areas);
    if (options.help === true || options.listSubjects !== undefined || options.listTags === true) return undefined;
    specs ??= loadSpecs(composition.specFolders, areas);
    const { specs: selected } = select(await specs, options, areas.tags);
    if (options.list === undefined) await composition.choose(options, selected);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Sub-command and options have to stand in the command's own help; what follows a second `--` are options of a run. */
async function problemWithOptions(entry: string, given: readonly string[]): Promise<string | undefined> {
  const end = given.indexOf('--');
  if (end >= 0) {
    const inside = await problemWithRun(given.slice(end + 1));
    if (inside !== undefined) return inside;
  }
  const args = end < 0 ? given : given.slice(0, end);
  const help = await helpOf(entry);
  const [sub] = args;
  const words = new Set(help.split(/[^\w-]+/));
  const unknown = args
    .filter((arg) => arg.startsWith('-'))
    .map((arg) => arg.split('=')[0] ?? '')
    .filter((arg) => !words.has(arg));
  if (unknown.length > 0) return `${unknown.join(', ')} is not in the help of ${entry}`;
  return sub !== undefined && /^[a-z-]+$/.test(sub) && !sub.startsWith('-') && !words.has(sub)
    ? `${entry} knows no ${sub}`
    : undefined;
}
