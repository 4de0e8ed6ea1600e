/** How each kind of change is taken back. All are idempotent: what is gone already is fine. */
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { JournalEntry, Place } from './journal-entry.ts';
import { isRunning } from './journal-process.ts';
import { creatorsOf } from './kind-creators.ts';

type Of<K extends JournalEntry['kind']> = Extract<JournalEntry, { kind: K }>;

export async function undoEntry(entry: JournalEntry): Promise<void> {
  switch (entry.kind) {
    case 'sysctl':
      return restoreSysctl(entry);
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
    case 'docker-container':
      return tolerate(['docker', 'rm', '--force', '--volumes', entry.name], /No such container/);
    case 'docker-network':
      return tolerate(['docker', 'network', 'rm', entry.name], /not found|No such network/);
    case 'kind-cluster':
      return deleteKindCluster(entry);
    case 'namespace':
    case 'kube-object':
    case 'lease':
      return (await import('../cluster/undo-in-cluster.ts')).undoInCluster(entry);
  }
}

async function restoreSysctl(entry: Of<'sysctl'>): Promise<void> {
  const path = `/proc/sys/${sysctlPath(entry.key)}`;
  const { place } = entry;
  if (place.at === 'node')
    return (await import('../cluster/undo-in-cluster.ts')).restoreNodeSysctl(place, path, entry.value);
  // A place that is gone took its sysctls with it.
  const gone = /No such file|No such container|is not running|Cannot open network namespace/;
  return tolerate([...enter(place), 'sh', '-c', `printf %s "$2" > "$1"`, 'sh', path, entry.value], gone);
}

/** `net.ipv4.conf.eth0.100.x` is ambiguous; `/` as separator, as sysctl(8) has it, is not. */
function sysctlPath(key: string): string {
  return key.includes('/') ? key : key.replaceAll('.', '/');
}

function enter(place: Exclude<Place, { at: 'node' }>): string[] {
  if (place.at === 'netns') return ['ip', 'netns', 'exec', place.name];
  return place.at === 'container' ? ['docker', 'exec', place.name] : [];
}

async function removeTable(entry: Of<'nft-table'>): Promise<void> {
  const inside = entry.netns === undefined ? [] : ['ip', 'netns', 'exec', entry.netns];
  await tolerate(
    [...inside, 'nft', 'delete', 'table', entry.family, entry.name],
    /No such file|Cannot open network namespace/,
  );
}

async function restoreFile(entry: Of<'file'>): Promise<void> {
  if (entry.original === null) return rm(entry.path, { force: true });
  await mkdir(dirname(entry.path), { recursive: true });
  await writeFile(entry.path, Buffer.from(entry.original, 'base64'));
  if (entry.mode !== undefined) await chmod(entry.path, entry.mode);
}

async function endProcess(entry: Of<'process'>): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!isRunning(entry)) return;
    process.kill(entry.pid, signal);
    for (let tries = 0; tries < 30 && isRunning(entry); tries++) await delay(100);
  }
  if (isRunning(entry)) throw new Error(`process ${entry.pid} does not end`);
}

/** What `kind delete cluster` does, without the binary that made it, which a cleared cache may have taken. */
async function deleteKindCluster(entry: Of<'kind-cluster'>): Promise<void> {
  for (let tries = 0; ; tries++) {
    const creators = creatorsOf(entry.name);
    for (const pid of creators) kill(pid);
    const containers = await containersOf(entry.name);
    if (containers.length > 0)
      await tolerate(['docker', 'rm', '--force', '--volumes', ...containers], /No such container|already in progress/);
    // The daemon may still be at work on what a killed client asked for, so an empty look counts when nobody was there to ask.
    if (creators.length === 0 && containers.length === 0) return;
    if (tries === 20) throw new Error(`containers of cluster ${entry.name} keep coming back: ${containers.join(', ')}`);
    await delay(300);
  }
}

async function containersOf(cluster: string): Promise<readonly string[]> {
  const argv = ['docker', 'ps', '--all', '--quiet', '--filter', `label=io.x-k8s.kind.cluster=${cluster}`];
  const result = await command(argv);
  if (result.exitCode !== 0)
    throw new Error(`\`${argv.join(' ')}\` ended with ${result.exitCode}: ${result.stderr.trim()}`);
  return result.stdout.split('\n').filter((id) => id !== '');
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

async function tolerate(argv: readonly string[], fine: RegExp): Promise<void> {
  const result = await command(argv);
  if (result.exitCode === 0 || fine.test(result.stderr)) return;
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
