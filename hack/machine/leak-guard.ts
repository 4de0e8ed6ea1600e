/** Loads, reads and removes the leak guard; see guard-rules.ts for what it is. */
import { readFileSync } from 'node:fs';
import { runCommand, tryCommand } from '../process/run-command.ts';
import { type Surroundings, guardRules, guardTable, parseCounters, parseResolvers } from './guard-rules.ts';
import { forgetChange, recordChange } from './machine-state.ts';

interface Route {
  readonly dev?: string;
}
interface Link {
  readonly addr_info: readonly { readonly local: string; readonly prefixlen: number; readonly scope: string }[];
}

const registries = ['https://registry-1.docker.io/v2/', 'https://registry.k8s.io/v2/'];

/** Whether images can be pulled here. A proxy counts as a way: fetch does not use it, Docker does. */
export async function registryAnswers(env = process.env): Promise<boolean> {
  if (env['HTTPS_PROXY'] !== undefined || env['https_proxy'] !== undefined) return true;
  const answers = registries.map((url) => fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(5_000) }));
  return Promise.any(answers).then(
    () => true,
    () => false,
  );
}

/** A machine asks for the guard when no registry answers (it is a closed one), or when told so. */
export async function wantsGuard(asked: boolean | undefined): Promise<boolean> {
  if (asked !== undefined) return asked;
  // Once loaded it stays until gc: the question, slow on a machine without a way out, has been answered.
  return (await readGuardCounters()) !== undefined || !(await registryAnswers());
}

/** Idempotent: rules that are loaded already stay, with their counts. Returns false when there is no uplink to guard. */
export async function loadGuard(log: (line: string) => void): Promise<boolean> {
  const around = await surroundings();
  if (around.uplinks.length === 0) return false;
  const rules = guardRules(around);
  const marker = /counter (rules_\w+)/.exec(rules)?.[1] ?? '';
  const loaded = await tryCommand(['nft', 'list', 'table', 'inet', guardTable]);
  if (loaded.exitCode === 0 && loaded.stdout.includes(marker)) return true;
  recordChange({ kind: 'nft-table', table: guardTable });
  await runCommand(['nft', '-f', '-'], { input: rules });
  log(`leak guard loaded on ${around.uplinks.join(', ')} (nft table inet ${guardTable})`);
  return true;
}

/** Returns false when it was not loaded. */
export async function removeGuard(): Promise<boolean> {
  const removed = await tryCommand(['nft', 'delete', 'table', 'inet', guardTable]);
  forgetChange({ kind: 'nft-table', table: guardTable });
  return removed.exitCode === 0;
}

/** Packets that were stopped since the guard was loaded, by rule; undefined when it is not loaded. */
export async function readGuardCounters(): Promise<Readonly<Record<string, number>> | undefined> {
  const listed = await tryCommand(['nft', '-j', 'list', 'counters', 'table', 'inet', guardTable]);
  return listed.exitCode === 0 ? parseCounters(listed.stdout) : undefined;
}

async function surroundings(): Promise<Surroundings> {
  const routes = await Promise.all([
    ipJson<Route>('-4', 'route', 'show', 'default'),
    ipJson<Route>('-6', 'route', 'show', 'default'),
  ]);
  const uplinks = [...new Set(routes.flat().flatMap(({ dev }) => (dev === undefined ? [] : [dev])))];
  const links = await Promise.all(uplinks.map((name) => ipJson<Link>('addr', 'show', 'dev', name)));
  const addresses = links.flat().flatMap((link) => link.addr_info);
  return {
    uplinks,
    resolvers: parseResolvers(readFileSync('/etc/resolv.conf', 'utf8')),
    ownNetworks: addresses.map(({ local, prefixlen }) => `${local}/${prefixlen}`),
  };
}

async function ipJson<T>(...args: readonly string[]): Promise<readonly T[]> {
  const text = await runCommand(['ip', '-j', ...args]);
  return text.trim() === '' ? [] : (JSON.parse(text) as T[]);
}
