/** kind and kubectl for this machine, in the cache: nothing is installed into the system. */
import { existsSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheRoot } from '../cache/cache-folders.ts';
import type { PartOptions } from '../cache/cached-part.ts';
import { type GoBuild, buildGo } from '../go/go-build.ts';
import { ensureKubernetes } from '../images/kubernetes-binary.ts';
import { tryCommand } from '../process/run-command.ts';

export const kindVersion = '0.33.0';

export const kindBuild: GoBuild = {
  name: 'kind',
  goMod: {
    module: 'staleproof.local/kind',
    go: '1.26.0',
    require: { 'sigs.k8s.io/kind': `v${kindVersion}` },
    tool: ['sigs.k8s.io/kind'],
  },
  packages: { kind: 'sigs.k8s.io/kind' },
  ldflags: '-s -w',
  expectedMs: 15_000,
};

/** `kind version 0.33.0` or `kind v0.33.0 go1.26.8 linux/amd64`. */
export function parseKindVersion(text: string): string | undefined {
  return /\bv?(\d+\.\d+\.\d+(?:-[\w.]+)?)/.exec(text)?.[1];
}

/** A kind of the pinned release on PATH is taken; another release is not, its node image and behaviour differ. */
export async function installedKind(): Promise<string | undefined> {
  const found = await tryCommand(['kind', 'version', '-q'], { timeout: 10_000 });
  return found.exitCode === 0 && parseKindVersion(found.stdout) === kindVersion ? 'kind' : undefined;
}

/** Path of kind where it has been built, without building it. */
export function builtKind(): string | undefined {
  const path = join(cacheRoot(), 'bin', `kind-${kindVersion}`);
  return existsSync(path) ? path : undefined;
}

export async function ensureKind(options: PartOptions): Promise<string> {
  const found = (await installedKind()) ?? builtKind();
  if (found !== undefined) return found;
  const { binaries } = await buildGo(kindBuild, options);
  return linkTool(`kind-${kindVersion}`, binaries['kind'] ?? '');
}

/** kubectl of the node image's version, from the multi-call binary. */
export async function ensureKubectl(options: PartOptions): Promise<string> {
  const { binaries, hash } = await ensureKubernetes(options);
  return linkTool(join(hash, 'kubectl'), binaries['kube'] ?? '');
}

async function linkTool(name: string, target: string): Promise<string> {
  const path = join(cacheRoot(), 'bin', name);
  await mkdir(dirname(path), { recursive: true });
  await symlink(target, path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
  return path;
}
