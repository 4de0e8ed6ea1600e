/** The Node.js binary that runs in pods, from the npm registry: the same everywhere, whatever runs the suite. */
import { chmod, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type PartOptions, ensurePart, partFolder } from '../cache/cached-part.ts';
import { runCommand, runLogged } from '../process/run-command.ts';

export const nodeRuntimeVersion = '20.20.2';

/** The newest release with long-term support: the suite's own tests run on it too. */
export const newestLtsVersion = '24.21.0';

function identity(version: string) {
  return { kind: 'node-runtime', inputs: { name: `node-linux-${process.arch}`, version } };
}

/** What ensureNodeRuntime() will return as hash, without downloading anything. */
export function nodeRuntimeHash(version = nodeRuntimeVersion): string {
  return partFolder(identity(version)).hash;
}

export async function ensureNodeRuntime(
  options: PartOptions,
  version = nodeRuntimeVersion,
): Promise<{ path: string; hash: string }> {
  const name = `node-linux-${process.arch}`;
  const part = {
    ...identity(version),
    expectedMs: 10_000,
    async make(folder: string, logFile: string, signal: AbortSignal | undefined) {
      const spec = `${name}@${version}`;
      await runLogged(['npm', 'pack', '--silent', '--pack-destination', folder, spec], logFile, {
        signal,
        cwd: folder,
      });
      const archive = join(folder, `${name}-${version}.tgz`);
      await runCommand(['tar', '-xzf', archive, '-C', folder, 'package/bin/node'], { signal });
      await rename(join(folder, 'package/bin/node'), join(folder, 'node'));
      await chmod(join(folder, 'node'), 0o755);
      await rm(archive);
    },
  };
  const { folder, hash } = await ensurePart(part, options);
  return { path: join(folder, 'node'), hash };
}
