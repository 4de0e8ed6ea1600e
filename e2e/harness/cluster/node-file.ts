/** A file of a node with another content: what was there is in the journal before, and put back by the returned function. */
import type { Cluster, ClusterNode } from './cluster.ts';

/** Written beside and renamed: who watches the folder never reads half a file. */
const WRITE = 'set -e; mkdir -p "$(dirname "$1")"; cat > "$1.new"; chmod "$2" "$1.new"; mv "$1.new" "$1"';
const RESTORE = 'set -e; printf %s "$3" | base64 -d > "$1.new"; chmod "$2" "$1.new"; mv "$1.new" "$1"';

/** For settings of kilobytes: the journal holds the original. A file that was not there is removed. */
export async function changeFile(
  cluster: Pick<Cluster, 'changeNode'>,
  node: ClusterNode,
  path: string,
  {
    content,
    mode = 0o644,
    signal,
  }: { readonly content: string; readonly mode?: number; readonly signal?: AbortSignal },
): Promise<() => Promise<void>> {
  const options = signal === undefined ? {} : { signal };
  // Absent and unreadable are two things: what cannot be read must not be lost.
  const found = await node.run(['sh', '-c', 'if test -e "$1"; then stat -c %a "$1"; fi', 'sh', path], options);
  const before = found.trim();
  const original = before === '' ? undefined : Buffer.from(await node.readFile(path)).toString('base64');
  return cluster.changeNode(node, {
    told: `file ${path}${original === undefined ? ', which was not there' : ' back to its original'}`,
    argv: ['sh', '-c', WRITE, 'sh', path, mode.toString(8)],
    stdin: content,
    undo: original === undefined ? ['rm', '-f', path] : ['sh', '-c', RESTORE, 'sh', path, before, original],
    ...options,
  });
}
