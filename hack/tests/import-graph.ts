/** Which files of the repository a test stands on: its imports and theirs, read from the text, without running anything. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** `import … from 'x'`, `export … from 'x'`, `import 'x'`, `import('x')`, `new URL('x', import.meta.url)`. */
const specifiers =
  /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s+)(['"`])([^'"`\n]+)\1|\bnew URL\(\s*(['"`])([^'"`\n$]+)\3\s*,\s*import\.meta\.url/g;

/** Modules of Node that give the same on every version, machine and day. */
const sameEverywhere = new Set(['node:path', 'node:url', 'node:util', 'node:assert']);

export interface Imports {
  /** Paths from the root, the file itself included. */
  readonly files: ReadonlySet<string>;
  /** Packages and Node's own modules, by name as imported. */
  readonly modules: ReadonlySet<string>;
}

export class ImportGraph {
  readonly #root: string;
  readonly #direct = new Map<string, { readonly files: readonly string[]; readonly modules: readonly string[] }>();

  /** `root`: absolute path of the repository. */
  constructor(root: string) {
    this.#root = root;
  }

  /** Everything that `file` (a path from the root) stands on, directly or not. */
  of(file: string): Imports {
    const files = new Set<string>();
    const modules = new Set<string>();
    const walk = (path: string): void => {
      if (files.has(path)) return;
      files.add(path);
      const direct = this.#read(path);
      for (const name of direct.modules) modules.add(name);
      direct.files.forEach(walk);
    };
    walk(file);
    return { files, modules };
  }

  #read(path: string): { readonly files: readonly string[]; readonly modules: readonly string[] } {
    const known = this.#direct.get(path);
    if (known !== undefined) return known;
    const names = /\.[cm]?[jt]s$/.test(path) ? importedNames(readFileSync(join(this.#root, path), 'utf8')) : [];
    const at = (name: string): string => relative(this.#root, join(this.#root, dirname(path), name));
    const found = {
      files: names
        .filter((name) => name.startsWith('.'))
        .map(at)
        .filter((file) => existsSync(join(this.#root, file))),
      modules: names.filter((name) => !name.startsWith('.')),
    };
    this.#direct.set(path, found);
    return found;
  }
}

export function importedNames(text: string): readonly string[] {
  // A URL needs no ./ to be relative.
  const beside = (path: string): string => (/^(\.|[a-z]+:)/.test(path) ? path : `./${path}`);
  return [...text.matchAll(specifiers)].map((match) => match[2] ?? beside(match[4] ?? ''));
}

/** Whether another version of Node.js could change what comes out: it touches processes, files, sockets or clocks. */
export function dependsOnNode({ modules }: Imports): boolean {
  const pure = new Set(['chai', 'fast-check', 'mocha', 'zod', 'js-yaml', 'xmlbuilder2', 'csv-stringify']);
  return [...modules].some((name) => !sameEverywhere.has(name) && !pure.has(name));
}

/**
 * Tests that stand on a changed file. A changed file that is no module (a manifest, test data, a page) concerns the tests whose
 * own or imported text names it, or a folder that it is in.
 */
export function testsOfChange(
  tests: readonly string[],
  changed: readonly string[],
  graph: ImportGraph,
  read: (path: string) => string,
): readonly string[] {
  const others = changed.filter((path) => !/\.[cm]?[jt]s$/.test(path));
  const names = others.flatMap((path) => path.split('/').slice(-2)).filter((name) => name.length > 3);
  return tests.filter((test) => {
    const { files } = graph.of(test);
    if (changed.some((path) => files.has(path) || path === test)) return true;
    return names.length > 0 && [...files].some((file) => names.some((name) => read(file).includes(name)));
  });
}
