/** Which module of the repository imports which, types included, and the circles among them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** Paths from the root → paths from the root. */
export type Modules = ReadonlyMap<string, readonly string[]>;

/** Every module below the given folders, with what it imports of ours: `import`, `import type`, `export … from`, `import()`. */
export function readModules(root: string, folders: readonly string[]): Modules {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((file) => `${folder}/${file}`)
      .filter((file) => /\.m?[jt]s$/.test(file) && !file.includes('node_modules')),
  );
  return new Map(files.map((file) => [file, importsOf(root, file)]));
}

function importsOf(root: string, file: string): readonly string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(root, file), 'utf8'), true, true);
  return importedFiles
    .map(({ fileName }) => fileName)
    .filter((name) => name.startsWith('.'))
    .map((name) => join(dirname(file), name))
    .filter((target) => existsSync(join(root, target)));
}

/** Groups of modules that reach each other (Tarjan's strongly connected components), each of two or more. */
export function circles(modules: Modules): readonly (readonly string[])[] {
  const found: string[][] = [];
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const visit = (module: string): number => {
    const mine = index.size;
    index.set(module, mine);
    low.set(module, mine);
    stack.push(module);
    for (const next of modules.get(module) ?? []) {
      const reached = !index.has(next) ? visit(next) : stack.includes(next) ? (index.get(next) ?? mine) : mine;
      low.set(module, Math.min(low.get(module) ?? mine, reached));
    }
    const lowest = low.get(module) ?? mine;
    if (lowest === mine) {
      const circle = stack.splice(stack.indexOf(module));
      if (circle.length > 1) found.push(circle);
    }
    return lowest;
  };
  for (const module of modules.keys()) if (!index.has(module)) visit(module);
  return found;
}
