/** Which programs of a node hold a netfilter netlink socket: only they can have deleted a row. */
import type { ClusterNode } from '../../../harness/cluster/cluster.ts';

export interface NetfilterHolder {
  readonly pid: number;
  /** At most 15 characters, as the kernel keeps it. */
  readonly program: string;
  readonly commandLine: string;
}

const SEPARATOR = '--';

/**
 * The kernel's list of sockets, then who holds which socket, then each holder's name and command line, then the first list once
 * more: programs that only read the table come and go all the time, and what is gone by then held its socket for a moment.
 */
const script = [
  'cat /proc/net/netlink',
  `echo ${SEPARATOR}`,
  `find /proc/[0-9]*/fd -lname 'socket:*' -printf '%p %l\\n' 2>/dev/null`,
  `echo ${SEPARATOR}`,
  'for p in /proc/[0-9]*; do echo "${p#/proc/} $(cat $p/comm 2>/dev/null)"; echo "$(tr "\\0\\n" "  " <$p/cmdline 2>/dev/null)"; done',
  `echo ${SEPARATOR}`,
  'cat /proc/net/netlink',
].join('; ');

/** Undefined when the node cannot tell it whole: then nobody can be excluded. */
export async function netfilterHolders(
  node: ClusterNode,
  signal: AbortSignal,
): Promise<readonly NetfilterHolder[] | undefined> {
  const { stdout } = await node.exec(['sh', '-c', script], { signal, timeoutMs: 20_000 });
  return parseHolders(stdout);
}

/** Undefined when a part is missing, or when a netfilter socket that stays belongs to nobody who can be seen. */
export function parseHolders(text: string): readonly NetfilterHolder[] | undefined {
  const [netlink, sockets, processes, netlinkAfter] = text.split(`${SEPARATOR}\n`);
  if (netlink === undefined || sockets === undefined || processes === undefined) return undefined;
  if (netlinkAfter === undefined || !netlinkAfter.includes('Inode')) return undefined;
  const owners = new Map<string, number[]>();
  for (const [, pid, inode] of sockets.matchAll(/^\/proc\/(\d+)\/fd\/\d+ socket:\[(\d+)\]$/gm))
    owners.set(inode ?? '', [...(owners.get(inode ?? '') ?? []), Number(pid)]);
  const lines = processes.split('\n');
  const told = new Map<number, NetfilterHolder>();
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const [, pid, program = ''] = /^(\d+) (.*)$/.exec(lines[index] ?? '') ?? [];
    if (pid !== undefined)
      told.set(Number(pid), { pid: Number(pid), program, commandLine: (lines[index + 1] ?? '').trim() });
  }
  const stayed = new Set(netfilterInodes(netlinkAfter));
  const inodes = netfilterInodes(netlink).filter((inode) => stayed.has(inode));
  const pids = inodes.map((inode) => owners.get(inode));
  if (pids.some((found) => found === undefined)) return undefined;
  const holders = [...new Set(pids.flatMap((found) => found ?? []))].map((pid) => told.get(pid));
  return holders.every((holder) => holder !== undefined) ? holders : undefined;
}

function netfilterInodes(netlink: string): readonly string[] {
  // Columns: sk, protocol (12 is netfilter), port, groups, rmem, wmem, dump, locks, drops, inode.
  const rows = netlink.split('\n').map((line) => line.trim().split(/\s+/));
  // The kernel's own socket of the protocol has port 0.
  return rows.filter((row) => row[1] === '12' && row[2] !== '0').map((row) => row[9] ?? '');
}

/** conntrack that listens, lists or counts, as this suite runs it: it deletes nothing. */
export const onlyReads = ({ commandLine }: NetfilterHolder): boolean =>
  /(^|\/)conntrack -[ELCS] /.test(`${commandLine} `);
