/** How each kind of change is taken back. All are idempotent: what is gone already is fine, and said. */
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { JournalEntry, Place } from './journal-entry.ts';
import { isRunning } from './journal-process.ts';

type Of<K extends JournalEntry['kind']> = Extract<JournalEntry, { kind: K }>;

/**
 * @param run whose change it is: what another run has made its own since is left to that one
 * @returns why there was nothing to take back (`it is gone already`), undefined when it was taken back
 * Throws when it could not be taken back: what refused, could not be reached or was not to be trusted may still be there.
 */
export async function undoEntry(entry: JournalEntry, run: string): Promise<string | undefined> {
  switch (entry.kind) {
    case 'sysctl':
      return restoreSysctl(entry, run);
    case 'node-change':
      return undoOnNode(entry, run);
    case 'netns':
      return tolerate(['ip', 'netns', 'delete', entry.name], /No such file/);
    case 'link':
      return tolerate(['ip', 'link', 'delete', entry.name], /Cannot find device/);
    case 'nft-table':
      return removeTable(entry);
    case 'file':
      return restoreFile(entry);
    case 'process':
      return endProcess(entry);
    case 'docker-network':
      return (await import('../cluster/kind/undo-cluster.ts')).undoNamedNetwork(entry.name);
    case 'kind-cluster':
      return (await import('../cluster/kind/undo-cluster.ts')).undoCluster(entry);
    case 'namespace':
    case 'kube-object':
    case 'lease':
      return (await import('../cluster/undo-in-cluster.ts')).undoInCluster(entry, run);
  }
}

async function restoreSysctl(entry: Of<'sysctl'>, run: string): Promise<string | undefined> {
  const path = `/proc/sys/${sysctlPath(entry.key)}`;
  const { place } = entry;
  const argv = ['sh', '-c', `printf %s "$2" > "$1"`, 'sh', path, entry.value];
  if (place.at === 'node' || place.at === 'container') return runOnNode(place, argv, run);
  // A place that is gone took its sysctls with it.
  const gone = /No such file|Cannot open network namespace/;
  return tolerate([...enter(place), ...argv], gone);
}

async function undoOnNode({ place, argv, told }: Of<'node-change'>, run: string): Promise<string | undefined> {
  if (place.at === 'node' || place.at === 'container') return runOnNode(place, argv, run);
  throw new Error(`${told}: noted for ${place.at}, which is no node`);
}

async function runOnNode(
  place: Extract<Place, { at: 'node' | 'container' }>,
  argv: readonly string[],
  run: string,
): Promise<string | undefined> {
  if (place.at === 'node') return (await import('../cluster/undo-in-cluster.ts')).runOnNodeOf(place, argv, run);
  return (await import('../cluster/kind/undo-cluster.ts')).runInNode(place, argv);
}

/** `net.ipv4.conf.eth0.100.x` is ambiguous; `/` as separator, as sysctl(8) has it, is not. */
function sysctlPath(key: string): string {
  return key.includes('/') ? key : key.replaceAll('.', '/');
}

function enter(place: Extract<Place, { at: 'host' | 'netns' }>): string[] {
  return place.at === 'netns' ? ['ip', 'netns', 'exec', place.name] : [];
}

async function removeTable(entry: Of<'nft-table'>): Promise<string | undefined> {
  const inside = entry.netns === undefined ? [] : ['ip', 'netns', 'exec', entry.netns];
  return tolerate(
    [...inside, 'nft', 'delete', 'table', entry.family, entry.name],
    /No such file|Cannot open network namespace/,
  );
}

async function restoreFile(entry: Of<'file'>): Promise<undefined> {
  if (entry.original === null) {
    await rm(entry.path, { force: true });
    return;
  }
  await mkdir(dirname(entry.path), { recursive: true });
  await writeFile(entry.path, Buffer.from(entry.original, 'base64'));
  if (entry.mode !== undefined) await chmod(entry.path, entry.mode);
}

async function endProcess(entry: Of<'process'>): Promise<string | undefined> {
  if (!isRunning(entry)) return 'it is gone already';
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!isRunning(entry)) return;
    process.kill(entry.pid, signal);
    for (let tries = 0; tries < 30 && isRunning(entry); tries++) await delay(100);
  }
  if (isRunning(entry)) throw new Error(`process ${entry.pid} does not end`);
  return undefined;
}

async function tolerate(argv: readonly string[], fine: RegExp): Promise<string | undefined> {
  const result = await command(argv);
  if (result.exitCode === 0) return undefined;
  if (fine.test(result.stderr)) return 'it is gone already';
  throw new Error(
    `\`${argv.join(' ').slice(0, 160)}\` ended with ${result.exitCode}: ${result.stderr.trim().slice(-400)}`,
  );
}

async function command(
  argv: readonly string[],
): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }> {
  const { execa } = await import('execa');
  const [file = '', ...args] = argv;
  const result = await execa(file, args, { reject: false, timeout: 120_000, stdin: 'ignore' });
  return {
    exitCode: result.exitCode ?? 127,
    stdout: result.stdout,
    stderr: result.stderr || (result.exitCode === undefined ? (result.shortMessage ?? '') : ''),
  };
}
