/** The kube-rs client, built by cargo from crates. */
import { cp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheRoot } from '../cache/cache-folders.ts';
import { ensurePart } from '../cache/cached-part.ts';
import { fixturesFolder } from '../images/bundle-fixtures.ts';
import { runLogged, tryCommand } from '../process/run-command.ts';
import { type ClientPart, lacks } from './client-parts.ts';

const name = 'watch-client-rust';
const source = join(fixturesFolder, name);
const files = ['Cargo.toml', 'Cargo.lock', 'src/main.rs'] as const;

export const rustClient: ClientPart = {
  needs: () => lacks([[['cargo', '--version'], 'Rust (cargo) is not installed']]),
  async file(options) {
    const compiler = (await tryCommand(['rustc', '--version'])).stdout;
    const { folder } = await ensurePart(
      {
        kind: name,
        inputs: { compiler, arch: process.arch, sources: files.map((file) => readFileSync(join(source, file))) },
        expectedMs: 240_000,
        async make(aside, logFile, signal) {
          const work = join(aside, 'source');
          for (const file of files) await cp(join(source, file), join(work, file), { recursive: true });
          // Two hundred crates are compiled once, whatever becomes of our own few lines.
          const target = join(cacheRoot(), `${name}-target`);
          const cargo = ['cargo', 'build', '--release', '--locked', '--quiet', '--target-dir', target];
          await runLogged(cargo, logFile, { cwd: work, signal });
          await cp(join(target, 'release', name), join(aside, name));
          await rm(work, { recursive: true });
        },
      },
      options,
    );
    return join(folder, name);
  },
};
