/** Which programs of a node hold a netfilter netlink socket: only they can have deleted a row. */
import type { ClusterNode } from '../../../harness/cluster/cluster.ts';

export interface NetfilterHolder {
  readonly pid: number;
  /** At most 15 characters, as the kernel keeps it. */
  readonly program: string;
  readonly commandLine: string;
}

const SEPARATOR = '--';

/** The kernel's list of sockets, then who holds which socket, then each holder's name and command line. */
const script = [
  'cat /proc/net/netlink',
  `echo ${SEPARATOR}`,
  `find /proc/[0-9]*/fd -lname 'socket:*' -printf '%p %l\\n' 2>/dev/null`,
  `echo ${SEPARATOR}`,
  'for p in /proc/[0-9]*; do echo "${p#/proc/} $(cat $p/comm 2>/dev/null)"; echo "$(tr "\\0\\n" "  " <$p/cmdline 2>/dev/null)"; done',
].join('; ');

/** Undefined when the node cannot tell it whole: then nobody can be excluded. */
export async function netfilterHolders(
  node: ClusterNode,
  signal: AbortSignal,
): Promise<readonly NetfilterHolder[] | undefined> {
  const { stdout } = await node.exec(['sh', '-c', script], { signal, timeoutMs: 20_000 });
  return parseHolders(stdout);
}

/** Undefined when a part is missing, or when a netfilter socket belongs to nobody who can be seen. */
export function parseHolders(text: string): readonly NetfilterHolder[] | undefined {
  const [netlink, sockets, processes] = text.split(`${SEPARATOR}\n`);
  if (netlink === undefined || sockets === undefined || processes === undefined) return undefined;
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
  // Columns: sk, protocol (12 is netfilter), port, groups, rmem, wmem, dump, locks, drops, inode.
  const rows = netlink.split('\n').map((line) => line.trim().split(/\s+/));
  // The kernel's own socket of the protocol has port 0.
  const inodes = rows.filter((row) => row[1] === '12' && row[2] !== '0').map((row) => row[9] ?? '');
  const pids = inodes.map((inode) => owners.get(inode));
  if (pids.some((found) => found === undefined)) return undefined;
  const holders = [...new Set(pids.flatMap((found) => found ?? []))].map((pid) => told.get(pid));
  return holders.every((holder) => holder !== undefined) ? holders : undefined;
}

/** `conntrack -E` of this suite, which listens and deletes nothing. */
export const onlyListens = ({ commandLine }: NetfilterHolder): boolean => /(^|\/)conntrack -E /.test(commandLine);
