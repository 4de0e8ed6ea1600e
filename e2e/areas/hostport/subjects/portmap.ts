/** The CNI portmap plugin of a release, chained behind the pod network of every node in place of the one that is there. */
import { changeFile } from '../../../harness/cluster/node-file.ts';
import type { SubjectInfo } from '../../../harness/run/result-schema.ts';
import type { Release } from '../../../harness/subject/release-catalogue.ts';
import type { SubjectContext } from '../../../harness/subject/subject.ts';
import { portMapperOf, withPortMapper, type CniPlugin } from './cni-conflist.ts';
import { pluginOnNodes, PLUGIN_FOLDER, readConflist } from './node-conflist.ts';
import type { PortMapper } from './port-mapper.ts';
import { leadsTo, type PortmapMode } from './portmap-rules.ts';

export interface PortmapChoice {
  readonly release: Release;
  /** A defect or a mend of ours. */
  readonly variant?: string | undefined;
}

export function portmap(mode: PortmapMode, { release, variant }: PortmapChoice): PortMapper {
  const identity = `${release.version}${variant === undefined ? '' : `+${variant}`}`;
  const name = `portmap-${mode}@${identity}`;
  const part = `portmap@${identity}`;
  // A dot or a plus would be fine for the runtime; the kernel keeps 15 characters, and the first seven tell the program.
  const type = `portmap-${identity.replace(/[^0-9a-z]+/g, '-')}`;
  const plugin: CniPlugin = {
    type,
    // Releases before 1.6 know no backends.
    ...(release.modes.length > 1 ? { backend: mode } : {}),
    capabilities: { portMappings: true },
  };
  let undo: readonly (() => Promise<void>)[] = [];
  return {
    name,
    kind: 'port-mapper',
    program: 'portmap',
    parts: () => [part],
    preflight: (context) =>
      context.parts?.missing(part) ?? Promise.resolve([`${part}: nothing can be built in this run`]),
    async install(context) {
      if (context.parts === undefined) throw new Error(`${part} cannot be built here`);
      const { readFile } = await import('node:fs/promises');
      const binary = await readFile(await context.parts.file(part, context.signal));
      const nodes = await context.cluster.nodes();
      const made = await Promise.allSettled(
        nodes.map(async (node) => {
          const { path, conflist } = await readConflist(node, context.signal);
          // Other pods may be set up at this moment: the program has to stand before the chain names it.
          await node.writeFile(`${PLUGIN_FOLDER}/${type}`, binary, 0o755);
          if (portMapperOf(conflist)?.type === type) return undefined;
          const text = `${JSON.stringify(withPortMapper(conflist, plugin), null, 2)}\n`;
          return changeFile(context.cluster, node, path, { content: text, signal: context.signal });
        }),
      );
      undo = made.flatMap((one) => (one.status === 'fulfilled' && one.value !== undefined ? [one.value] : []));
      const failed = made.find((one) => one.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    },
    async remove() {
      // The program stays: pods that were set up by this chain may still have to be taken down by it.
      await Promise.all(undo.map((restore) => restore()));
      undo = [];
    },
    capabilities: () => Promise.resolve(['mapped-rows', 'readable-rules', 'host-address', 'killable']),
    async info(context): Promise<SubjectInfo> {
      const { version } = await told(context);
      return {
        name,
        kind: 'port-mapper',
        product: 'portmap',
        version,
        mode,
        versions: { portmap: version === undefined ? 'not told, or nodes differ' : `v${version}` },
        remarks: [
          `release ${release.version}, built from its Go module${variant === undefined ? ' without a change' : ` and changed on purpose: ${variant}`}, stands on the nodes as ${PLUGIN_FOLDER}/${type} in place of their own port mapper`,
        ],
      };
    },
    logs: () => Promise.resolve({}),
    leadsTo: (node, family, address, signal) => leadsTo({ node, mode, family }, address, signal),
  };
}

/** Before it is installed nothing is known of it. */
async function told({ cluster, signal }: SubjectContext): Promise<{ readonly version: string | undefined }> {
  return pluginOnNodes(cluster, signal).catch(() => ({ version: undefined }));
}
