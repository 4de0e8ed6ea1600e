/**
 * Which releases of a product can be had, and what each needs: a YAML file beside the product's subjects. Versions come from
 * what the registries give and from what was tried, not from code.
 */
import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';

export interface Release {
  /** Without `v`: `1.31.0`. */
  readonly version: string;
  /** Modes that it has, where the product has modes. */
  readonly modes: readonly string[];
  /** Feature gates by mode without which the mode does not start: `{ nftables: [NFTablesProxyMode] }`. */
  readonly featureGates: Readonly<Record<string, readonly string[]>>;
  /** Modules that were published under another number than the release's: `{ 'k8s.io/kube-proxy': 'v0.31.0' }`. */
  readonly replaces: Readonly<Record<string, string>>;
  /** Modules that its build needs beside its own go.mod, by version: `{ 'github.com/containernetworking/cni': 'v0.8.1' }`. */
  readonly requires: Readonly<Record<string, string>>;
  /** The Go that builds it, where the release asks for a newer one than ours: `go1.27.4`. */
  readonly toolchain: string | undefined;
  /** Packages that its replaced modules lack, and the folder of ours that stands in for each. */
  readonly standIns: Readonly<Record<string, string>>;
  /** BPF sources that it compiles a second time, with calls of kernel functions. */
  readonly kernelFunctions: readonly string[];
  /** What the registry refuses, by module and version; such a release cannot be built from it. */
  readonly refused: readonly string[];
}

export interface ReleaseCatalogue {
  readonly product: string;
  /** Oldest first. */
  readonly releases: readonly Release[];
}

const columns = [
  ...[
    'version',
    'modes',
    'featureGates',
    'toolchain',
    'replaces',
    'requires',
    'standIns',
    'kernelFunctions',
    'refused',
  ],
];

/** Reads a catalogue. Throws with the file and the row when a column is unknown or a version is missing or twice. */
export function readCatalogue(file: URL | string): ReleaseCatalogue {
  const where = String(file);
  const found = load(readFileSync(file, 'utf8')) as { readonly product?: unknown; readonly releases?: unknown } | null;
  if (typeof found?.product !== 'string' || !Array.isArray(found.releases))
    throw new Error(`${where}: expected product and releases`);
  const seen = new Set<string>();
  const releases = (found.releases as readonly unknown[]).map((row, index) => {
    const at = `${where}: release ${index + 1}`;
    if (row === null || typeof row !== 'object') throw new Error(`${at}: expected a version and what it needs`);
    const unknown = Object.keys(row).find((column) => !columns.includes(column));
    if (unknown !== undefined) throw new Error(`${at}: column ${unknown} is unknown; known: ${columns.join(', ')}`);
    const { version, modes = [], featureGates = {}, toolchain, ...more } = row as Partial<Release>;
    const { replaces = {}, requires = {}, standIns = {}, kernelFunctions = [], refused = [] } = more;
    if (typeof version !== 'string' || !/^\d+\.\d+\.\d+/.test(version))
      throw new Error(`${at}: expected a version such as 1.31.0, in quotes where YAML would read a number`);
    if (seen.has(version)) throw new Error(`${at}: version ${version} is there twice`);
    seen.add(version);
    return { version, modes, featureGates, toolchain, replaces, requires, standIns, kernelFunctions, refused };
  });
  return { product: found.product, releases };
}
