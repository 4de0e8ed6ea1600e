/** The server's side of the test bed: a namespace of our own, or a kind node on its Docker bridge. */
import type { ClusterNode } from '../../../harness/cluster/cluster.ts';
import { InfrastructureError } from '../../../harness/run/verdict-errors.ts';
import { ipBatch, ipBatches, netnsPrefix, openNetns, runTool, type Ground } from './idle-load-balancer-netns.ts';
import { serverCommands, type Topology } from './idle-load-balancer-topology.ts';

export interface ServerSide {
  /** Prepares the segment. */
  open(ground: Ground): Promise<void>;
  /** Makes the link whose far end becomes `wan0` of the router, and the server's address behind that router. */
  attach(bed: Topology, index: number, ground: Ground): Promise<void>;
  /** The namespace in which servers of ours run; undefined when the server is a node. */
  readonly netns: string | undefined;
}

/** Servers of ours: the bridge stands in their namespace, and they listen on its addresses. */
export function netnsServer(slug: string): ServerSide {
  const netns = `${netnsPrefix}${slug}-srv`;
  return {
    netns,
    open: async (ground) => {
      await openNetns(ground, netns);
      await ipBatch(netns, ['link add wan type bridge', 'link set wan up']);
    },
    attach: async (bed, index) => {
      const { netns: router, serverLink } = bed.router(index);
      await ipBatch(netns, [
        `link add ${serverLink} type veth peer name wan0 netns ${router}`,
        `link set ${serverLink} master wan`,
        `link set ${serverLink} up`,
        ...serverCommands(bed, index, 'wan').add,
      ]);
    },
  };
}

/** A kind node: the router is one more host on the Docker network, in a subnet of its own. The node's own addresses are not touched. */
export function kindNodeServer(node: ClusterNode): ServerSide {
  let bridge = '';
  return {
    netns: undefined,
    open: async () => {
      const format = '{{range .NetworkSettings.Networks}}{{.NetworkID}} {{end}}';
      const id = (await runTool(['docker', 'inspect', node.name, '--format', format])).trim().split(' ')[0] ?? '';
      bridge = `br-${id.slice(0, 12)}`;
      const links = await runTool(['ip', '-o', 'link', 'show', 'type', 'bridge']);
      if (!links.includes(`${bridge}:`))
        throw new InfrastructureError(
          `Docker network of ${node.name}: expected bridge ${bridge} on this machine, found none of that name`,
        );
    },
    attach: async (bed, index, { undo, journal }) => {
      const { netns: router, serverLink } = bed.router(index);
      const { add, remove } = serverCommands(bed, index, 'eth0');
      const link = journal.record({ kind: 'link', name: serverLink });
      undo(`link ${serverLink}`, async () => {
        await runTool(['ip', 'link', 'delete', serverLink]).catch(() => undefined);
        link.undone();
      });
      await ipBatch(undefined, [
        `link add ${serverLink} type veth peer name wan0 netns ${router}`,
        `link set ${serverLink} master ${bridge}`,
        `link set ${serverLink} up`,
      ]);
      undo(`addresses and rules of ${serverLink} on ${node.name}`, () => nodeBatch(node, remove, true));
      await nodeBatch(node, add, false);
    },
  };
}

/** What is there already is fine: a run that was killed may have left it on a kept cluster. */
async function nodeBatch(node: ClusterNode, lines: readonly string[], mayFail: boolean): Promise<void> {
  for (const { argv, stdin } of ipBatches(lines)) {
    const { code, stderr } = await node.exec([...argv, '-force', '-batch', '-'], { stdin });
    const errors = stderr
      .split('\n')
      .filter((line) => /^(RTNETLINK|Error)/.test(line) && !line.includes('File exists'));
    if (code !== 0 && errors.length > 0 && !mayFail)
      throw new InfrastructureError(
        `${argv.join(' ')} -batch on ${node.name}: expected no errors, observed ${errors.join(' | ')}`,
      );
  }
}
