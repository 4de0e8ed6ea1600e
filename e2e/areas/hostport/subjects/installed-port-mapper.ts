/** Whatever maps host ports on a cluster already: nothing is installed, and what its chain of CNI plugins says is read. */
import type { SubjectContext } from '../../../harness/subject/subject.ts';
import { pluginOnNodes, type PluginWord } from './node-conflist.ts';
import type { PortMapper } from './port-mapper.ts';
import { leadsTo, type PortmapMode } from './portmap-rules.ts';

export function installedPortMapper(): PortMapper {
  const name = 'port-mapper@installed';
  let mode: PortmapMode | undefined;
  const look = async ({ cluster, signal }: SubjectContext): Promise<PluginWord> => {
    const word = await pluginOnNodes(cluster, signal).catch(() => ({ plugin: undefined, version: undefined }));
    const { plugin } = word;
    mode = plugin?.type.startsWith('portmap') ? (plugin.backend === 'nftables' ? 'nftables' : 'iptables') : undefined;
    return word;
  };
  return {
    name,
    kind: 'port-mapper',
    preflight: () => Promise.resolve([]),
    async install(context) {
      await look(context);
    },
    remove: () => Promise.resolve(),
    // A network that keeps host ports in a BPF map of its own has no plugin of that capability, and no such rows.
    capabilities: async (context) => {
      const { plugin } = await look(context);
      if (plugin === undefined) return [];
      return ['mapped-rows', 'host-address', ...(mode === undefined ? [] : ['readable-rules', 'killable'])];
    },
    async info(context) {
      const { plugin, version } = await look(context);
      return {
        name,
        kind: 'port-mapper',
        ...(mode === undefined ? {} : { product: 'portmap', mode }),
        version,
        versions: version === undefined ? {} : { portmap: `v${version}` },
        remarks: [
          plugin === undefined
            ? 'the chains of CNI plugins of the nodes cannot be read, differ, or map no ports'
            : `found on the cluster and left as it is: CNI plugin ${plugin.type}`,
        ],
      };
    },
    logs: () => Promise.resolve({}),
    leadsTo: async (node, family, address, signal) =>
      mode === undefined ? undefined : leadsTo({ node, mode, family }, address, signal),
  };
}
