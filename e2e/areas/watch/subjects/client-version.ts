/** Which release a client is, from its own mouth where it has one: known defects are matched by it. */
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ClientLiteral } from './client-literal.ts';

export interface FoundVersions {
  /** Of the product; absent where nobody can say, as for an image of the user's. */
  readonly version?: string;
  /** Of the product and of what it runs on, for reports. */
  readonly versions: Readonly<Record<string, string>>;
}

const fixtures = new URL('../../../../fixtures/', import.meta.url);

/**
 * Asks a library where it is installed (package.json, Python's metadata, Go's build information) and a tool or a runtime by
 * `--version`; a socket client has the version of its runtime. Builds in Java, Rust and C# and the bundle are made from a lock
 * file and say what that says. Throws when a program does not answer within 20 s.
 */
export async function clientVersions(literal: ClientLiteral, argv: readonly string[]): Promise<FoundVersions> {
  const runtime = await runtimeVersion(literal, argv);
  const [library] = Object.keys(literal.versions);
  if (library === undefined) {
    const [version] = Object.values(runtime);
    return { ...(version === undefined ? {} : { version }), versions: runtime };
  }
  const own = (await libraryVersion(literal, library, argv)) ?? literal.versions[library];
  const version = own?.replace(/^v(?=\d)/, '');
  return {
    ...(version === undefined ? {} : { version }),
    versions: { ...literal.versions, ...(own === undefined ? {} : { [library]: own }), ...runtime },
  };
}

async function libraryVersion(
  { program }: ClientLiteral,
  library: string,
  argv: readonly string[],
): Promise<string | undefined> {
  if (program.kind === 'node') {
    const main = createRequire(fileURLToPath(new URL(`${program.program}/main.ts`, fixtures))).resolve(library);
    const folder = main.slice(0, main.lastIndexOf(`/node_modules/${library}/`));
    const text = await readFile(`${folder}/node_modules/${library}/package.json`, 'utf8');
    return (JSON.parse(text) as { readonly version?: string }).version;
  }
  if (program.kind === 'python')
    return ask([argv[0] ?? '', '-c', 'import importlib.metadata as m, sys; print(m.version(sys.argv[1]))', library]);
  if (program.kind === 'binary') return goModuleVersion(await readFile(argv[0] ?? ''), library);
  return undefined;
}

/** From the build information that every Go binary carries as text; undefined for a binary of another language. */
export function goModuleVersion(binary: Buffer, path: string): string | undefined {
  const key = Buffer.from(`\ndep\t${path}\t`);
  const at = binary.indexOf(key);
  return at === -1
    ? undefined
    : /^v\d[^\t\n]*/.exec(binary.subarray(at + key.length, at + key.length + 80).toString('latin1'))?.[0];
}

/** Of a tool or a runtime, whose version stands in no name. */
async function runtimeVersion(
  { program }: ClientLiteral,
  argv: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const told = async (name: string, command: readonly string[]): Promise<Readonly<Record<string, string>>> => {
    const text = await ask(command);
    return { [name]: /\d+\.\d+(\.\d+)?/.exec(text)?.[0] ?? text.slice(0, 40) };
  };
  if (program.kind === 'curl') return told('curl', ['curl', '--version']);
  if (program.kind === 'kubectl') return told('kubectl', [argv.at(-1) ?? 'kubectl', 'version', '--client']);
  if (program.kind === 'python') return told('python', [argv[0] ?? 'python3', '--version']);
  if (program.kind === 'java') return told('java', ['java', '--version']);
  return program.kind === 'node' || program.kind === 'bundle' ? told('node', [argv[0] ?? 'node', '--version']) : {};
}

async function ask(command: readonly string[]): Promise<string> {
  const { execa } = await import('execa');
  const { stdout, failed } = await execa(command[0] ?? '', command.slice(1), { reject: false, timeout: 20_000 });
  if (failed) throw new Error(`${command.join(' ')} does not run here`);
  return stdout.trim();
}
