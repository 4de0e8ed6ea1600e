/** The Kubernetes module of a version: what its own go.mod asks for when it is built from modules. */
import { readFile } from 'node:fs/promises';
import { runCommand } from '../process/run-command.ts';

export const kubernetesModule = 'k8s.io/kubernetes';

/** Text of the go.mod of that release. Throws CommandError where the module registry does not give it, or without Go. */
export async function kubernetesGoMod(version: string, signal?: AbortSignal): Promise<string> {
  const argv = ['go', 'list', '-m', '-json', `${kubernetesModule}@v${version}`];
  const { GoMod } = JSON.parse(await runCommand(argv, { cwd: '/', signal })) as { readonly GoMod?: string };
  if (GoMod === undefined) throw new Error(`go list -m -json tells no go.mod of ${kubernetesModule} v${version}`);
  return readFile(GoMod, 'utf8');
}

/**
 * The `replace` lines for a build from modules: the release's own go.mod points its staging modules to folders of its
 * repository, which are published as modules of the same number with major 0.
 */
export function stagingReplacesOf(goMod: string, version: string): Readonly<Record<string, string>> {
  const published = `v0.${version.split('.').slice(1).join('.')}`;
  const lines = goMod.matchAll(/^\s*(?:replace\s+)?(k8s\.io\/\S+)\s+=>\s+\.\/staging\/\S+\s*$/gm);
  const replaces = Object.fromEntries([...lines].map(([, name = '']) => [name, `${name} ${published}`]));
  if (Object.keys(replaces).length === 0)
    throw new Error(
      `go.mod of ${kubernetesModule} v${version} replaces no module by ./staging: it is laid out otherwise`,
    );
  return replaces;
}

/** The same, asked of the module registry or Go's cache. */
export async function stagingReplaces(
  version: string,
  signal?: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  return stagingReplacesOf(await kubernetesGoMod(version, signal), version);
}
