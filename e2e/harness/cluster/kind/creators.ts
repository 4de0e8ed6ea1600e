/** A killed run leaves its `kind create` and the `docker run`s of that alive; they would go on making what gc takes away. */
import { readdirSync, readFileSync } from 'node:fs';

/** Pids of processes of this machine that are making nodes of the cluster on that network. */
export function creatorsOf(network: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isCreator({ argv: words(pid, 'cmdline'), env: words(pid, 'environ') }, network));
}

/** kind hands its environment on to the docker commands that it starts. A name of a cluster would match a living run's as well. */
export function isCreator(
  process: { readonly argv: readonly string[]; readonly env: readonly string[] },
  network: string,
): boolean {
  const makes = process.argv.includes('run') || process.argv.includes('create');
  return makes && process.env.includes(`KIND_EXPERIMENTAL_DOCKER_NETWORK=${network}`);
}

function words(pid: number, file: 'cmdline' | 'environ'): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
