/** Lanes in an order in which clusters are taken over: making one takes a minute, and a third of the lanes need no other. Pure. */
import type { Lane } from '../../e2e/harness/area/area-in-ci.ts';
import { clusterWord } from '../../e2e/harness/subject/cluster-word.ts';

/**
 * Lanes of one kind of cluster follow each other, in their order otherwise, and the last of them takes it down. A lane that keeps
 * its cluster and names no proxy gets `ground` by name: what it finds may be the bad one of the lane before.
 */
export function shareClusters(lanes: readonly Lane[], ground: string): readonly Lane[] {
  const named = lanes.map((lane): Lane => {
    const rest: { -readonly [Key in keyof Lane]: Lane[Key] } = { ...lane };
    delete rest.last;
    return keepsCluster(lane) && proxyOf(lane) === undefined ? { ...rest, args: ['-b', ground, ...rest.args] } : rest;
  });
  const words = [...new Set(named.filter(keepsCluster).map(wordOf))];
  const shared = words.flatMap((word) => {
    const mine = named.filter((lane) => keepsCluster(lane) && wordOf(lane) === word);
    return mine.map((lane, index): Lane => (index === mine.length - 1 ? { ...lane, last: true } : lane));
  });
  return [...shared, ...named.filter((lane) => !keepsCluster(lane))];
}

const keepsCluster = ({ args }: Lane): boolean => args.includes('--reuse') && args.includes('--keep');

const wordOf = (lane: Lane): string => clusterWord(proxyOf(lane) ?? '');

function proxyOf({ args }: Lane): string | undefined {
  const index = args.findIndex((word) => word === '-b' || word === '--backend');
  return index === -1 ? undefined : args[index + 1];
}
