/** The watch area's clients that have to be made, as files by name: a Go binary, a Python environment, kubectl. */
import { readdirSync, readFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type PartOptions, ensurePart } from '../cache/cached-part.ts';
import { buildGo } from '../go/go-build.ts';
import { fixturesFolder } from '../images/bundle-fixtures.ts';
import { ensureKubectl } from '../machine/kind-binary.ts';
import { runLogged, tryCommand } from '../process/run-command.ts';

export const pythonRequirement = 'kubernetes==37.0.2';
const clientParts = ['watch-client-go', 'watch-python', 'kubectl'];

/** Whether `clientFile` makes it. */
export function isClientPart(part: string): boolean {
  return clientParts.includes(part);
}

/** What this machine lacks for the part; empty when it can be made. */
export async function clientPartNeeds(part: string): Promise<readonly string[]> {
  const lacks = async (argv: readonly string[], text: string): Promise<readonly string[]> =>
    (await tryCommand(argv)).exitCode === 0 ? [] : [text];
  if (part === 'watch-client-go') return lacks(['go', 'version'], 'Go is not installed');
  if (part === 'watch-python')
    return lacks(['python3', '-c', 'import venv, ensurepip'], 'python3 with venv is not installed');
  return [];
}

/** Path of the client's program; builds it when the cache lacks it. Throws CommandError. */
export async function clientFile(part: string, options: PartOptions): Promise<string> {
  if (part === 'watch-client-go') return clientGo(options);
  if (part === 'watch-python') return pythonEnvironment(options);
  if (part === 'kubectl') return ensureKubectl(options);
  throw new Error(`nobody makes a client ${part}`);
}

async function clientGo(options: PartOptions): Promise<string> {
  const name = 'watch-client-go';
  const source = join(fixturesFolder, name);
  const sources = readdirSync(source).filter((file) => file.endsWith('.go') || file === 'go.sum');
  const { binaries } = await buildGo(
    {
      name,
      goMod: {
        module: `staleproof.dev/${name}`,
        go: '1.26.0',
        require: requiresOf(join(source, 'go.mod')),
      },
      files: Object.fromEntries(sources.map((file) => [file, readFileSync(join(source, file), 'utf8')])),
      packages: { [name]: '.' },
      ldflags: '-s -w',
      expectedMs: 150_000,
    },
    options,
  );
  return binaries[name] ?? '';
}

/** The direct requirements of a go.mod, which stays the one place that names them. */
export function requiresOf(goMod: string): Readonly<Record<string, string>> {
  const lines = readFileSync(goMod, 'utf8').matchAll(/^\s+(k8s\.io\/\S+) (v\S+)$/gm);
  return Object.fromEntries([...lines].map(([, module = '', version = '']) => [module, version]));
}

async function pythonEnvironment(options: PartOptions): Promise<string> {
  const python = (await tryCommand(['python3', '-c', 'import sys; print(sys.executable, sys.version)'])).stdout.trim();
  const { folder } = await ensurePart(
    {
      kind: 'watch-python',
      inputs: { python, pythonRequirement },
      expectedMs: 40_000,
      make: async (aside, logFile, signal) => {
        // A virtual environment holds its own path, so it is made where it stays and the part only points at it.
        const home = join(dirname(aside), `environment-${process.pid}-${Date.now()}`);
        const settings = { signal, env: { PIP_DISABLE_PIP_VERSION_CHECK: '1' } };
        try {
          await runLogged([python.split(' ')[0] ?? 'python3', '-m', 'venv', home], logFile, settings);
          await runLogged([join(home, 'bin/pip'), 'install', '--quiet', pythonRequirement], logFile, settings);
        } catch (error) {
          await rm(home, { recursive: true, force: true });
          throw error;
        }
        await writeFile(join(aside, 'path.new'), join(home, 'bin/python'));
        await rename(join(aside, 'path.new'), join(aside, 'path'));
      },
    },
    options,
  );
  return readFileSync(join(folder, 'path'), 'utf8');
}
