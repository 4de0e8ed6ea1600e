/**
 * Raises the UDP timeouts of a node's conntrack, so that expiry cannot look like clean-up. The setting belongs to the node:
 * the first spec that asks raises it, the last one to leave restores what was there.
 */
import type { ClusterNode } from '../cluster/cluster.ts';
import type { SpecContext } from '../run/context.ts';

export const RAISED_UDP_TIMEOUT_SECONDS = 900;

const keys = ['net.netfilter.nf_conntrack_udp_timeout', 'net.netfilter.nf_conntrack_udp_timeout_stream'] as const;

interface Raised {
  users: number;
  readonly restore: Promise<readonly (() => Promise<void>)[]>;
}

const raisedNodes = new Map<string, Raised>();
/** Restoring takes a moment; who raises again meanwhile must not take the raised value for the original. */
const restoring = new Map<string, Promise<unknown>>();

export async function raiseUdpTimeouts(t: SpecContext, node: ClusterNode): Promise<void> {
  const { cluster } = t.env;
  const name = `${cluster.name}/${node.name}`;
  let raised = raisedNodes.get(name);
  if (raised === undefined) {
    // Each call writes its original value to the journal before it changes anything.
    const set = async (): Promise<readonly (() => Promise<void>)[]> => {
      await restoring.get(name);
      return Promise.all(keys.map((key) => cluster.setSysctl(node, key, String(RAISED_UDP_TIMEOUT_SECONDS))));
    };
    raisedNodes.set(name, (raised = { users: 0, restore: set() }));
  }
  const current = raised;
  current.users += 1;
  t.defer(`restore UDP conntrack timeouts of ${node.name}`, async () => {
    current.users -= 1;
    if (current.users > 0) return;
    if (raisedNodes.get(name) === current) raisedNodes.delete(name);
    const restored = current.restore.then((undos) => Promise.all(undos.map((undo) => undo())));
    restoring.set(
      name,
      restored.catch(() => undefined),
    );
    await restored;
  });
  await current.restore;
  t.evidence.record({
    kind: 'preparation',
    lane: node.name,
    summary: `UDP conntrack timeouts of ${node.name} raised to ${RAISED_UDP_TIMEOUT_SECONDS} s`,
  });
}
