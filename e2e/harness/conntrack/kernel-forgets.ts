/** Makes the kernel forget flows at will, which on a node otherwise takes their timeout: rows are deleted, entries of agents stay. */
import type { ClusterNode, IpFamily } from '../cluster/cluster.ts';

const rounds = 30;

/** Deletes every row that this address opened with this protocol, until the tool finds none. Returns how many; throws when rows keep coming. */
export async function kernelForgets(
  node: ClusterNode,
  family: IpFamily,
  protocol: 'tcp' | 'udp',
  source: string,
  signal: AbortSignal,
): Promise<number> {
  let deleted = 0;
  for (let round = 1; round <= rounds; round += 1) {
    const argv = ['conntrack', '-D', '-f', family, '-p', protocol, '--orig-src', source];
    const { code, stderr } = await node.exec(argv, { signal, timeoutMs: 60_000 });
    // A row that expired between the tool's list and its delete ends the tool; the rest is for the next round.
    if (stderr.includes("such conntrack doesn't exist")) continue;
    const count = Number(/(\d+) flow entries have been deleted/.exec(stderr)?.[1] ?? NaN);
    if (Number.isNaN(count))
      throw new Error(`${argv.join(' ')} on ${node.name} ended with ${code}: ${stderr.slice(-300)}`);
    deleted += count;
    if (count === 0) return deleted;
  }
  throw new Error(`rows of ${source} on ${node.name} came back ${rounds} times while they were deleted`);
}
