/** Debian root file systems as tar archives, made by mmdebstrap: no registry and no Docker needed. */
import { join } from 'node:path';
import { NotBuiltError, type PartOptions, ensurePart, partFolder } from '../cache/cached-part.ts';
import { installPackages, missingPackages, readMirror } from '../machine/apt-packages.ts';
import { runLogged } from '../process/run-command.ts';

export interface RootFileSystem {
  /** `node`, `control-plane`, `fixtures`. */
  readonly name: string;
  readonly packages: readonly string[];
  readonly expectedMs: number;
}

// Bookworm: systemd 252 still boots on cgroup v1 machines, and its containerd 1.6 runs nested there.
const suite = 'bookworm';
// Documentation and translations are half of a small image and nobody reads them in there.
const excluded = ['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/locale/*', '/usr/share/info/*'];

/** What makes root file systems on this machine. */
export async function ensureRootTools({ steps, signal, onlyIfBuilt }: PartOptions): Promise<void> {
  const tools = await missingPackages(['mmdebstrap', 'debian-archive-keyring']);
  if (tools.length === 0) return;
  if (onlyIfBuilt === true) throw new NotBuiltError('package-tools', 10_000);
  await installPackages(tools, { signal, log: (line) => steps.note(line) });
}

function identity(rootFs: RootFileSystem) {
  const packages = [...rootFs.packages].sort();
  return { kind: `root-file-system-${rootFs.name}`, inputs: { suite, arch: process.arch, packages, excluded } };
}

/** What ensureRootFileSystem() will return as hash, without making anything. */
export function rootFileSystemHash(rootFs: RootFileSystem): string {
  return partFolder(identity(rootFs)).hash;
}

/** Path of the archive. The package versions are those of the day it was made; the hash holds the list of names. */
export async function ensureRootFileSystem(
  rootFs: RootFileSystem,
  options: PartOptions,
): Promise<{ path: string; hash: string }> {
  const part = {
    ...identity(rootFs),
    expectedMs: rootFs.expectedMs,
    async make(folder: string, logFile: string, signal: AbortSignal | undefined) {
      await ensureRootTools({ ...options, signal });
      await runLogged(
        [
          'mmdebstrap',
          '--mode=root',
          '--variant=minbase',
          '--aptopt=Acquire::Retries "3"',
          `--include=${rootFs.packages.join(',')}`,
          '--keyring=/usr/share/keyrings/debian-archive-keyring.gpg',
          ...excluded.map((path) => `--dpkgopt=path-exclude=${path}`),
          suite,
          join(folder, 'root.tar'),
          // Without one mmdebstrap takes Debian's own.
          ...[readMirror()].filter((mirror) => mirror !== undefined),
        ],
        logFile,
        { signal, env: { SOURCE_DATE_EPOCH: '1763596800' } },
      );
    },
  };
  const { folder, hash } = await ensurePart(part, options);
  return { path: join(folder, 'root.tar'), hash };
}
