/** Releases of @kubernetes/client-node besides the one in package.json: the same program, bundled with them. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePart } from '../cache/cached-part.ts';
import { fixturesFolder } from '../images/bundle-fixtures.ts';
import { ensureNodeRuntime, newestLtsVersion } from '../images/node-runtime.ts';
import { runLogged } from '../process/run-command.ts';
import type { ClientPart } from './client-parts.ts';

const library = '@kubernetes/client-node';
const source = join(fixturesFolder, 'watch-client-node');

export function nodeClient(version: string): ClientPart {
  return {
    needs: () => Promise.resolve([]),
    async file(options) {
      const files = readdirSync(source).sort();
      const { folder } = await ensurePart(
        {
          kind: 'watch-client-node',
          inputs: { version, sources: files.map((file) => readFileSync(join(source, file))) },
          expectedMs: 30_000,
          async make(aside, logFile, signal) {
            const install = join(aside, 'install');
            await mkdir(install);
            await writeFile(join(install, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
            const npm = ['npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', '--save-exact'];
            // Its engines ask for a newer Node than the one that runs npm here; it runs on node@24.
            await runLogged([...npm, '--engine-strict=false', `${library}@${version}`], logFile, {
              signal,
              cwd: install,
            });
            const { build } = await import('esbuild');
            await build({
              entryPoints: [join(source, 'main.ts')],
              outfile: join(aside, 'client.mjs'),
              bundle: true,
              format: 'esm',
              platform: 'node',
              target: 'node22',
              alias: { [library]: join(install, 'node_modules', library) },
              banner: {
                js: "import { createRequire as makeRequire } from 'node:module';\nconst require = makeRequire(import.meta.url);",
              },
              logLevel: 'silent',
            });
            await rm(install, { recursive: true });
          },
        },
        options,
      );
      return join(folder, 'client.mjs');
    },
  };
}

/** A newer Node.js than the suite's own: 2.x of the client asks for it. */
export const newestNode: ClientPart = {
  needs: () => Promise.resolve([]),
  file: async (options) => (await ensureNodeRuntime(options, newestLtsVersion)).path,
};
