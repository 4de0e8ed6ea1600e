/** In-pod programs: every fixtures/<program>/main.ts as one file /app/<program>.mjs, other files beside as /app/<program>/<file>. */
import { readFileSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export const fixturesFolder = fileURLToPath(new URL('../../fixtures', import.meta.url));

// Compiled into something else, or not for pods.
const notCopied = new Set(['.ts', '.go', '.mod', '.sum', '.java', '.cs', '.rs', '.toml', '.lock', '.xml', '.md']);
// Dependencies that are CommonJS call require() for Node's own modules.
const banner =
  "import { createRequire as makeRequire } from 'node:module';\nconst require = makeRequire(import.meta.url);";

/** Path in the image → content, sorted by path. Throws esbuild's error with file and line. */
export async function bundleFixtures(folder = fixturesFolder): Promise<ReadonlyMap<string, Uint8Array>> {
  const programs = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = programs.map(({ name }) => name).sort();
  const files = new Map<string, Uint8Array>();
  for (const name of names) {
    for (const path of filesBelow(join(folder, name))) {
      if (notCopied.has(extname(path)) || /(^|\/)testdata\//.test(relative(folder, path))) continue;
      files.set(`app/${relative(folder, path)}`, readFileSync(path));
    }
  }
  const entryPoints = names.filter((name) => readdirSync(join(folder, name)).includes('main.ts'));
  const { outputFiles } = await build({
    entryPoints: Object.fromEntries(entryPoints.map((name) => [name, join(folder, name, 'main.ts')])),
    outdir: '/app',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    banner: { js: banner },
    // Paths of this machine must not reach the bundle, or equal sources would differ from checkout to checkout.
    absWorkingDir: dirname(folder),
    write: false,
    logLevel: 'silent',
  });
  for (const { path, contents } of outputFiles) files.set(path.slice(1), contents);
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

export async function writeFiles(files: ReadonlyMap<string, Uint8Array>, target: string): Promise<void> {
  for (const [path, content] of files) {
    await mkdir(dirname(join(target, path)), { recursive: true });
    const script = content[0] === 0x23 && content[1] === 0x21;
    await writeFile(join(target, path), content, { mode: script ? 0o755 : 0o644 });
  }
}

function filesBelow(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

// `node --import tsx hack/images/bundle-fixtures.ts <folder>`: how fixtures/Dockerfile gets the programs. No top-level await:
// mocha loads the test beside this file by require().
async function main(target: string): Promise<void> {
  const files = await bundleFixtures();
  await writeFiles(files, target);
  console.log(`${files.size} files below ${target}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) void main(process.argv[2] ?? '/');
