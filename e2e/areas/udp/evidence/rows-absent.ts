/** Premise: nobody's flow to an address and port is at these servers, so that there is nothing to clean for them. */
import type { ClusterNode, IpFamily } from '../../../harness/cluster/cluster.ts';
import { describeEntry } from '../../../harness/conntrack/conntrack-entry.ts';
import { readConntrack } from '../../../harness/conntrack/conntrack-table.ts';
import type { Premise } from '../../../harness/run/context.ts';
import type { Destination } from './fresh-flows.ts';

export function noRowPointsAt(
  node: ClusterNode,
  family: IpFamily,
  frontend: { readonly dst: string; readonly dport: number },
  servers: readonly Destination[],
): Premise<number> {
  const names = servers.map(({ name }) => name).join(', ');
  return {
    name: `no row towards ${frontend.dst} points at ${names}`,
    lane: node.name,
    prove: async (signal) => {
      const rows = await readConntrack(node, family, { protocol: 'udp', ...frontend }, signal);
      const theirs = rows.filter(({ reply }) => servers.some(({ ip }) => ip === reply.src));
      const [first] = theirs;
      return first === undefined
        ? { proven: true, value: rows.length, summary: `${rows.length} rows, none of them at ${names}` }
        : { proven: false, reason: `${theirs.length} do, the first: ${describeEntry(first)}` };
    },
  };
}
