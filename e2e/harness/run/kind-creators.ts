/** A killed run leaves its `kind create` and the `docker run`s of that alive; they would go on making what gc takes away. */
import { readdirSync, readFileSync } from 'node:fs';

/** Pids of processes of this machine that are making nodes of that cluster. */
export function creatorsOf(cluster: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isCreator(commandLine(pid), cluster));
}

export function isCreator(argv: readonly string[], cluster: string): boolean {
  if (argv.includes(`io.x-k8s.kind.cluster=${cluster}`)) return argv.includes('run');
  return argv.includes('create') && argv.includes('cluster') && argv[argv.indexOf('--name') + 1] === cluster;
}

function commandLine(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
