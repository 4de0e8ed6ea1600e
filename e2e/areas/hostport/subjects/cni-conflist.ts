/** The chain of CNI plugins of a node, as its file says it. Pure. */

export interface CniPlugin {
  readonly type: string;
  readonly backend?: string;
  readonly [option: string]: unknown;
}

export interface Conflist {
  readonly name: string;
  readonly plugins: readonly CniPlugin[];
  readonly [option: string]: unknown;
}

/** Throws with the file when it is no chain of plugins. */
export function parseConflist(text: string, file: string): Conflist {
  const found = JSON.parse(text) as Partial<Conflist> | null;
  const plugins = found?.plugins;
  if (typeof found?.name !== 'string' || !Array.isArray(plugins) || !plugins.every((one) => isPlugin(one)))
    throw new Error(`${file}: expected a name and plugins with their types`);
  return { ...found, name: found.name, plugins };
}

const isPlugin = (one: unknown): one is CniPlugin =>
  typeof one === 'object' && one !== null && 'type' in one && typeof one.type === 'string';

/** The plugin of the chain that maps host ports, by the capability that the runtime hands it the ports for. */
export function portMapperOf({ plugins }: Conflist): CniPlugin | undefined {
  return plugins.find(
    ({ capabilities }) =>
      typeof capabilities === 'object' &&
      capabilities !== null &&
      'portMappings' in capabilities &&
      capabilities.portMappings === true,
  );
}

/** The chain with another plugin in the port mapper's place, or behind all others where there was none. */
export function withPortMapper(conflist: Conflist, plugin: CniPlugin): Conflist {
  const current = portMapperOf(conflist);
  if (current === undefined) return { ...conflist, plugins: [...conflist.plugins, plugin] };
  return { ...conflist, plugins: conflist.plugins.map((one) => (one === current ? plugin : one)) };
}
