/** The apiserver-watcher's twins: as programs for this machine, and as an image for pods. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PartOptions, ensurePart } from '../cache/cached-part.ts';
import { contentHash } from '../cache/content-hash.ts';
import { buildGo } from '../go/go-build.ts';
import { fixturesFolder } from '../images/bundle-fixtures.ts';
import { hasImage } from '../images/docker-images.ts';
import { addFiles, ensureFixturesImage } from '../images/fixtures-image.ts';
import { runLogged } from '../process/run-command.ts';
import { pythonEnvironment, pythonRequirement, requiresOf } from './clients.ts';

export const watcherClients = ['client-node', 'client-go', 'python-client'] as const;
export type WatcherClient = (typeof watcherClients)[number];

/** Command of each client in the image. */
export const watcherCommands: Readonly<Record<WatcherClient, readonly string[]>> = {
  'client-node': ['node', '/app/apiserver-watcher.mjs'],
  'client-go': ['/usr/local/bin/apiserver-watcher-go'],
  'python-client': ['python3', '/app/apiserver-watcher/python/main.py'],
};

/** Command of the client on this machine; builds what it needs. */
export async function localWatcher(client: WatcherClient, options: PartOptions): Promise<readonly string[]> {
  if (client === 'client-go') return [await goWatcher(options)];
  if (client === 'client-node')
    return [process.execPath, '--import', 'tsx', join(fixturesFolder, 'apiserver-watcher/main.ts')];
  return [await pythonEnvironment(options), join(fixturesFolder, 'apiserver-watcher/python/main.py')];
}

async function goWatcher(options: PartOptions): Promise<string> {
  const name = 'apiserver-watcher-go';
  const source = join(fixturesFolder, name);
  const files = readdirSync(source).filter((file) => file.endsWith('.go') || file === 'go.sum');
  const { binaries } = await buildGo(
    {
      name,
      goMod: { module: `staleproof.dev/${name}`, go: '1.26.0', require: requiresOf(join(source, 'go.mod')) },
      files: Object.fromEntries(files.map((file) => [file, readFileSync(join(source, file), 'utf8')])),
      packages: { [name]: '.' },
      ldflags: '-s -w',
      expectedMs: 60_000,
    },
    options,
  );
  return binaries[name] ?? '';
}

/** Python packages for the image's interpreter (Debian bookworm's 3.11), whatever this machine's is. */
async function pythonPackages(options: PartOptions): Promise<{ readonly folder: string; readonly hash: string }> {
  return ensurePart(
    {
      kind: 'watch-python-packages',
      inputs: { pythonRequirement, python: '3.11' },
      expectedMs: 30_000,
      make: (folder, logFile, signal) =>
        runLogged(
          [
            'python3',
            '-m',
            'pip',
            'install',
            '--quiet',
            '--target',
            folder,
            '--python-version',
            '3.11',
            '--only-binary=:all:',
            pythonRequirement,
          ],
          logFile,
          { signal },
        ),
    },
    options,
  );
}

/** The fixtures image with the twins that are asked for on top. */
export async function watcherImage(
  clients: readonly WatcherClient[],
  options: PartOptions,
  log: (line: string) => void,
): Promise<string> {
  const base = await ensureFixturesImage({ signal: options.signal, log });
  const files: Record<string, string> = {};
  if (clients.includes('client-go')) files['usr/local/bin/apiserver-watcher-go'] = await goWatcher(options);
  if (clients.includes('python-client'))
    files['usr/lib/python3/dist-packages'] = (await pythonPackages(options)).folder;
  if (Object.keys(files).length === 0) return base;
  const tag = `staleproof/apiserver-watcher:${contentHash({ base, files })}`;
  return (await hasImage(tag, options.signal)) ? tag : addFiles(base, tag, files, options.signal);
}
