/** Which benchmarks there are: files of this folder that export one; what they share does not. */
import { readdir, readFile } from 'node:fs/promises';
import type { Bench, BenchLine } from './bench-line.ts';

const folder = new URL('./', import.meta.url);

export async function benchNames(): Promise<readonly string[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts')).sort();
  const found: string[] = [];
  for (const file of files) {
    const text = await readFile(new URL(file, folder), 'utf8');
    if (/^export (async function|const) bench\w*\(/m.test(text) && file !== 'bench-files.ts')
      found.push(file.slice(0, -3));
  }
  return found;
}

export async function benchNamed(name: string): Promise<Bench> {
  const module = (await import(new URL(`${name}.ts`, folder).href)) as Record<string, unknown>;
  const bench = module['bench'];
  if (typeof bench === 'function') return bench as Bench;
  const named = Object.entries(module).find(([key, value]) => key.startsWith('bench') && typeof value === 'function');
  if (named === undefined) throw new Error(`e2e/bench/${name}.ts exports no function bench`);
  const run = named[1] as () => Promise<readonly BenchLine[]>;
  return () => run();
}
