/** The file of CNI plugins that the container runtime of a node reads, and the plugin's own word about its version. */
import type { Cluster, ClusterNode } from '../../../harness/cluster/cluster.ts';
import { parseConflist, portMapperOf, type CniPlugin, type Conflist } from './cni-conflist.ts';

/** Where the runtime looks, unless it was told otherwise. */
export const CONF_FOLDER = '/etc/cni/net.d';
export const PLUGIN_FOLDER = '/opt/cni/bin';

export interface NodeConflist {
  readonly path: string;
  readonly conflist: Conflist;
}

/** The first one in the order of names, as the runtime takes it. Throws when there is none. */
export async function readConflist(node: ClusterNode, signal: AbortSignal): Promise<NodeConflist> {
  const listed = await node.run(['sh', '-c', `ls ${CONF_FOLDER}/*.conflist 2>/dev/null | head -n 1`], { signal });
  const path = listed.trim();
  if (path === '') throw new Error(`node ${node.name} has no *.conflist in ${CONF_FOLDER}`);
  return { path, conflist: parseConflist(await node.run(['cat', path], { signal }), `${node.name}:${path}`) };
}

/** `v1.10.0` without the v; undefined when it tells none. A plugin that is run outside of a runtime tells what it is, on stderr. */
export async function pluginVersion(node: ClusterNode, type: string, signal: AbortSignal): Promise<string | undefined> {
  const { stdout, stderr } = await node.exec([`${PLUGIN_FOLDER}/${type}`], { signal, timeoutMs: 10_000 });
  return versionIn(`${stdout}\n${stderr}`);
}

/** From `CNI portmap plugin v1.10.0`. */
export function versionIn(text: string): string | undefined {
  return /^CNI portmap plugin v?(\d+\.\d+\.\d+\S*)\s*$/m.exec(text)?.[1];
}

export interface PluginWord {
  readonly plugin: CniPlugin | undefined;
  readonly version: string | undefined;
}

/** What every node of the cluster has; undefined where they differ. */
export async function pluginOnNodes(cluster: Cluster, signal: AbortSignal): Promise<PluginWord> {
  const words = await Promise.all(
    (await cluster.nodes()).map(async (node) => {
      const plugin = portMapperOf((await readConflist(node, signal)).conflist);
      return { plugin, version: plugin === undefined ? undefined : await pluginVersion(node, plugin.type, signal) };
    }),
  );
  const [first] = words;
  if (first === undefined) return { plugin: undefined, version: undefined };
  const isSame = words.every(({ plugin, version }) => plugin?.type === first.plugin?.type && version === first.version);
  return isSame ? first : { plugin: undefined, version: undefined };
}
