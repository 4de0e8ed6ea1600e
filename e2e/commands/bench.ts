/** `npm run bench [name] [-- arguments]`: runs e2e/bench/<name>.ts and writes reports/bench/<name>.{json,md}. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { EXIT } from '../harness/run/exit-codes.ts';
import type { Bench, BenchLine } from '../bench/bench-line.ts';
import { markdownOf, reportOf } from '../bench/bench-report.ts';

const folder = new URL('../bench/', import.meta.url);
const output = new URL('../../reports/bench/', import.meta.url);

const [name, ...args] = process.argv.slice(2);
process.exitCode = await main();

async function main(): Promise<number> {
  const known = await names();
  if (name === undefined || !known.includes(name)) {
    const wrong = name === undefined ? '' : `there is no benchmark ${name}\n`;
    process.stderr.write(`${wrong}usage: npm run bench <name>; names: ${known.join(' ')}\n`);
    return EXIT.usage;
  }
  const bench = benchOf(name, (await import(new URL(`${name}.ts`, folder).href)) as Record<string, unknown>);
  const report = reportOf(name, await bench(args));
  const text = markdownOf(report);
  await mkdir(output, { recursive: true });
  await writeFile(new URL(`${name}.json`, output), `${JSON.stringify(report, undefined, 2)}\n`);
  await writeFile(new URL(`${name}.md`, output), text);
  process.stdout.write(`${text}\nwritten: reports/bench/${name}.json reports/bench/${name}.md\n`);
  return report.lines.some((line) => line.holds === false) ? EXIT.failed : EXIT.asExpected;
}

/** Files that export a benchmark; what they share does not. */
async function names(): Promise<readonly string[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts')).sort();
  const found: string[] = [];
  for (const file of files) {
    const text = existsSync(new URL(file, folder)) ? await readFile(new URL(file, folder), 'utf8') : '';
    if (/^export (async function|const) bench\w*\b/m.test(text)) found.push(file.slice(0, -3));
  }
  return found;
}

function benchOf(file: string, module: Record<string, unknown>): Bench {
  const bench = module['bench'];
  if (typeof bench === 'function') return bench as Bench;
  const named = Object.entries(module).find(([key, value]) => key.startsWith('bench') && typeof value === 'function');
  if (named === undefined) throw new Error(`e2e/bench/${file}.ts exports no function bench`);
  const run = named[1] as () => Promise<readonly BenchLine[]>;
  return () => run();
}
