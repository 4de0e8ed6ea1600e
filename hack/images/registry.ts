/** Images of this machine under the name that they have in a registry, and the push that brings them there. */
import { runCommand } from '../process/run-command.ts';

/** `staleproof/fixtures:1a2b` → `<registry>/fixtures:1a2b`: who gives a registry says the whole path up to the name. */
export function inRegistry(registry: string, image: string): string {
  return `${registry.replace(/\/+$/, '')}/${image.replace(/^staleproof\//, '')}`;
}

/** Pushes with the local Docker daemon's own login. Returns the name in the registry. */
export async function pushImage(registry: string, image: string, signal?: AbortSignal): Promise<string> {
  const name = inRegistry(registry, image);
  await runCommand(['docker', 'tag', image, name], { signal });
  await runCommand(['docker', 'push', '--quiet', name], { signal });
  return name;
}
