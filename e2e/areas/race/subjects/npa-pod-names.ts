/**
 * Puts the plugin that stands in for the VPC CNI's veth names behind the pod network's own plugins, on every node, and takes
 * it away again. Pods that exist already keep their names: containerd calls a plugin at creation only.
 */
import { readFile } from 'node:fs/promises';
import type { ClusterNode } from '../../../harness/cluster/cluster.ts';
import type { SubjectContext } from '../../../harness/subject/subject.ts';

export const namesPlugin = 'stand-in-vpc-cni';
const plugin = namesPlugin;
const folder = '/etc/cni/net.d';
/** containerd reads `*.conf`, `*.conflist` and `*.json`; the original rests under a name that it skips. */
const kept = `${folder}/.before-${plugin}`;

interface Conflist {
  readonly plugins: readonly { readonly type: string }[];
}

export async function placeNamesPlugin(context: SubjectContext): Promise<void> {
  if (context.parts === undefined) throw new Error(`${plugin} cannot be built here`);
  const bytes = await readFile(await context.parts.file(plugin, context.signal));
  for (const node of await context.cluster.nodes()) await node.writeFile(`/opt/cni/bin/${plugin}`, bytes, 0o755);
}

/** `reportTo`: where the plugin tells of pods that come and go; not at all by default. */
export async function chainNames(context: SubjectContext, reportTo?: string): Promise<void> {
  for (const node of await context.cluster.nodes()) {
    const path = await conflistOf(node, context.signal);
    const text = new TextDecoder().decode(await node.readFile(path));
    const chained = withPlugin(text, reportTo);
    if (chained === undefined) continue;
    const first = (await node.exec(['test', '-e', kept], { signal: context.signal })).code !== 0;
    if (first) await node.writeFile(kept, `${path}\n${text}`);
    // A half-written file would leave the node without a network: written aside, then renamed.
    await node.writeFile(`${path}.new`, chained);
    await node.run(['mv', `${path}.new`, path], { signal: context.signal });
  }
}

export async function unchainNames(context: SubjectContext): Promise<void> {
  for (const node of await context.cluster.nodes()) {
    const found = await node.exec(['cat', kept], { signal: context.signal });
    if (found.code !== 0) continue;
    const [path = '', ...lines] = found.stdout.split('\n');
    await node.writeFile(`${path}.new`, lines.join('\n'));
    const script = `mv ${path}.new ${path} && rm -f ${kept} /opt/cni/bin/${plugin}`;
    await node.run(['sh', '-c', script], { signal: context.signal });
  }
}

/** The conflist with our plugin last, or undefined when it is there already, just so. Throws when the text is no conflist. */
export function withPlugin(text: string, reportTo?: string): string | undefined {
  const conflist = JSON.parse(text) as { readonly plugins?: Conflist['plugins'] };
  if (conflist.plugins === undefined)
    throw new Error(`expected a CNI conflist with plugins, got: ${text.slice(0, 80)}`);
  const ours = reportTo === undefined ? { type: plugin } : { type: plugin, reportTo };
  if (conflist.plugins.some((each) => JSON.stringify(each) === JSON.stringify(ours))) return undefined;
  const others = conflist.plugins.filter(({ type }) => type !== plugin);
  return JSON.stringify({ ...conflist, plugins: [...others, ours] }, undefined, 2);
}

async function conflistOf(node: ClusterNode, signal: AbortSignal): Promise<string> {
  const listing = await node.run(['sh', '-c', `ls ${folder}/*.conflist`], { signal });
  // The first one in lexical order is the one that containerd uses.
  const [path] = listing.trim().split('\n').sort();
  if (path === undefined || path === '') throw new Error(`no CNI conflist in ${folder} of ${node.name}`);
  return path;
}
