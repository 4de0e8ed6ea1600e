/** The watch area's clients that have to be made, as files by name: a Go binary, a Python environment, kubectl. */
import { readdirSync, readFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type PartOptions, ensurePart } from '../cache/cached-part.ts';
import { buildGo } from '../go/go-build.ts';
import { fixturesFolder } from '../images/bundle-fixtures.ts';
import { ensureKubectl } from '../machine/kind-binary.ts';
import { runLogged, tryCommand } from '../process/run-command.ts';
import { type ClientPart, lacks } from './client-parts.ts';
import { imageClient } from './client-image.ts';
import { dotnetClient } from './dotnet-client.ts';
import { fabric8Release, javaClient } from './java-clients.ts';
import { newestNode, nodeClient } from './node-clients.ts';
import { rustClient } from './rust-client.ts';

export const pythonRequirement = 'kubernetes==37.0.2';

const clientParts: ReadonlyMap<string, ClientPart> = new Map([
  ['watch-client-go', { needs: () => lacks([[['go', 'version'], 'Go is not installed']]), file: clientGo }],
  ['watch-python', { needs: pythonNeeds, file: (options) => pythonEnvironment(options) }],
  ['watch-kopf@1.43.0', kopf('1.43.0')],
  ['watch-kopf@1.44.0', kopf('1.44.0')],
  ['kubectl', { needs: () => Promise.resolve([]), file: ensureKubectl }],
  ['watch-client-node@1.1.2', nodeClient('1.1.2')],
  ['watch-client-node@2.0.1', nodeClient('2.0.1')],
  ['node@newest', newestNode],
  ['watch-java-official', javaClient('official')],
  ['watch-java-fabric8', javaClient('fabric8')],
  ['watch-java-fabric8@7.9.0', fabric8Release('7.9.0', '7.8.0')],
  ['watch-java-fabric8@8.0.0', fabric8Release('8.0.0')],
  ['watch-dotnet', dotnetClient],
  ['watch-client-rust', rustClient],
]);

/** What makes the part; undefined when it is no client's. */
export function clientPart(part: string): ClientPart | undefined {
  if (part.startsWith('client-image@')) return imageClient(part.slice('client-image@'.length));
  return clientParts.get(part);
}

/** What any client's program lacks here, each line once. */
export async function clientNeeds(): Promise<readonly string[]> {
  const needs = await Promise.all([...clientParts.values()].map((part) => part.needs()));
  return [...new Set(needs.flat())];
}

function pythonNeeds(): Promise<readonly string[]> {
  return lacks([[['python3', '-c', 'import venv, ensurepip'], 'python3 with venv is not installed']]);
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

/** A release of the operator framework, in an environment of its own. */
function kopf(version: string): ClientPart {
  return { needs: pythonNeeds, file: (options) => pythonEnvironment(options, `kopf==${version}`) };
}

/** A Python with the library of `requirement`. */
export async function pythonEnvironment(options: PartOptions, requirement = pythonRequirement): Promise<string> {
  const python = (await tryCommand(['python3', '-c', 'import sys; print(sys.executable, sys.version)'])).stdout.trim();
  const { folder } = await ensurePart(
    {
      kind: requirement === pythonRequirement ? 'watch-python' : `watch-${requirement.replace('==', '-')}`,
      inputs: { python, pythonRequirement: requirement },
      expectedMs: 40_000,
      make: async (aside, logFile, signal) => {
        // A virtual environment holds its own path, so it is made where it stays and the part only points at it.
        const home = join(dirname(aside), `environment-${process.pid}-${Date.now()}`);
        const settings = { signal, env: { PIP_DISABLE_PIP_VERSION_CHECK: '1' } };
        try {
          await runLogged([python.split(' ')[0] ?? 'python3', '-m', 'venv', home], logFile, settings);
          await runLogged([join(home, 'bin/pip'), 'install', '--quiet', requirement], logFile, settings);
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
