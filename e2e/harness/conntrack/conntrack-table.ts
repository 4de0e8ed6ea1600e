/** The conntrack table of a node, read whole or narrowed by the kernel, and rows picked out of it. */
import type { ClusterNode, IpFamily } from '../cluster/cluster.ts';
import { isRejected, parseConntrackEntry, type ConntrackEntry } from './conntrack-entry.ts';

export interface ParsedTable {
  readonly entries: readonly ConntrackEntry[];
  /** Lines that are no rows, with their reason: a table that has any is no evidence. */
  readonly rejected: readonly string[];
}

/** What a row must be to count; absent fields match everything. */
export interface EntryMatch {
  readonly protocol?: string;
  readonly src?: string;
  readonly sport?: number;
  readonly dst?: string;
  readonly dport?: number;
  readonly replySrc?: string;
  readonly replySport?: number;
}

/** Parses what `conntrack -L` printed. Empty lines and the tool's own summary line do not count as rejected. */
export function parseConntrackTable(text: string): ParsedTable {
  const entries: ConntrackEntry[] = [];
  const rejected: string[] = [];
  let start = 0;
  while (start < text.length) {
    let end = text.indexOf('\n', start);
    if (end === -1) end = text.length;
    if (end > start) {
      const line = text.slice(start, end);
      if (!line.startsWith('conntrack v')) {
        const parsed = parseConntrackEntry(line);
        if (isRejected(parsed)) rejected.push(parsed.error);
        else entries.push(parsed);
      }
    }
    start = end + 1;
  }
  return { entries, rejected };
}

export function matchesEntry(entry: ConntrackEntry, match: EntryMatch): boolean {
  const { original, reply } = entry;
  return (
    (match.protocol === undefined || entry.protocol === match.protocol) &&
    (match.src === undefined || original.src === match.src) &&
    (match.sport === undefined || original.sport === match.sport) &&
    (match.dst === undefined || original.dst === match.dst) &&
    (match.dport === undefined || original.dport === match.dport) &&
    (match.replySrc === undefined || reply.src === match.replySrc) &&
    (match.replySport === undefined || reply.sport === match.replySport)
  );
}

/** Rows of the node that match. Throws when the table cannot be read or holds a line that is no row. */
export async function readConntrack(
  node: ClusterNode,
  family: IpFamily,
  match: EntryMatch,
  signal?: AbortSignal,
): Promise<readonly ConntrackEntry[]> {
  const options = { timeoutMs: 30_000, ...(signal === undefined ? {} : { signal }) };
  const text = await node.run(conntrackListArgv(family, match), options);
  const table = parseConntrackTable(text);
  const [first] = table.rejected;
  if (first !== undefined)
    throw new Error(`conntrack table of ${node.name}: ${table.rejected.length} lines are no rows, the first: ${first}`);
  return table.entries.filter((entry) => matchesEntry(entry, match));
}

/** Reply-direction fields are matched here and not by the tool: its reply filters mean the NATed address only. */
export function conntrackListArgv(family: IpFamily, match: EntryMatch): readonly string[] {
  const ports = match.protocol === 'udp' || match.protocol === 'tcp';
  return [
    'conntrack',
    '-L',
    '-f',
    family,
    '-o',
    'extended,id',
    ...(match.protocol === undefined ? [] : ['-p', match.protocol]),
    ...(match.src === undefined ? [] : ['--orig-src', match.src]),
    ...(match.dst === undefined ? [] : ['--orig-dst', match.dst]),
    ...(ports && match.sport !== undefined ? ['--orig-port-src', String(match.sport)] : []),
    ...(ports && match.dport !== undefined ? ['--orig-port-dst', String(match.dport)] : []),
  ];
}
