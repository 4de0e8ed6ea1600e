/** Running tcpdumps, counted on the nodes: whose they are is told by what ran before, and by the files that captures name. */
import type { ClusterNode } from '../../../harness/cluster/cluster.ts';
import { InfrastructureError } from '../../../harness/run/verdict-errors.ts';

export interface RunningCapture {
  /** `<node>:<pid>` */
  readonly id: string;
  readonly pid: number;
  /** What it writes; undefined where it writes none, or its words are not understood. */
  readonly file: string | undefined;
}

/** All tcpdumps of a node, whichever container they are in. Throws where pgrep did not count: only its 0 and 1 are answers. */
export async function capturesOnNode(node: ClusterNode): Promise<readonly RunningCapture[]> {
  const { code, stdout, stderr } = await node.exec(['pgrep', '-a', '-x', 'tcpdump']);
  if (code === 1) return [];
  const lines = stdout.split('\n').filter((line) => line.trim() !== '');
  const found = lines.flatMap((line) => {
    const [, pid] = /^(\d+) /.exec(line) ?? [];
    const [, file] = / -w (\S+)/.exec(line) ?? [];
    return pid === undefined ? [] : [{ id: `${node.name}:${pid}`, pid: Number(pid), file, line }];
  });
  if (code !== 0 || found.length === 0 || found.length < lines.length)
    throw new InfrastructureError(
      `tcpdumps of ${node.name}: expected exit code 0 with one a line, or 1 for none; observed ${code}: ${(stdout.trim() || stderr.trim()).slice(0, 200)}`,
    );
  // One that has ended and is not yet reaped has no arguments any more; one without any writes no file.
  return found.flatMap(({ line, ...one }) => (/^\d+ \S+$/.test(line.trim()) ? [] : [one]));
}

export interface Attribution {
  /** What ran before the object was there. */
  readonly before: ReadonlySet<string>;
  /** Files that the object's status names. */
  readonly own: ReadonlySet<string>;
  /** Files that other captures of the run name. */
  readonly others: ReadonlySet<string>;
}

/**
 * What runs for an object: what writes a file of its own, and whatever began after it was made and writes no file of another. A
 * status that names no file hides nothing.
 */
export function runsFor(
  all: readonly RunningCapture[],
  { before, own, others }: Attribution,
): readonly RunningCapture[] {
  return all.filter(({ id, file }) => {
    if (file !== undefined && own.has(file)) return true;
    return !before.has(id) && (file === undefined || !others.has(file));
  });
}
