/**
 * The suite as an image: the in-pod programs and tools, and on top of them the package as `npm pack` makes it, installed with its
 * dependencies. One image does for the Job, for the pods that it makes and for the helper on the nodes.
 */
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { contentHash } from '../cache/content-hash.ts';
import { runCommand } from '../process/run-command.ts';
import { addLayer, hasImage } from './docker-images.ts';
import { ensureFixturesImage, type FixturesImageOptions } from './fixtures-image.ts';

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];

/** Returns `staleproof/suite:<hash>`, in the local Docker daemon; needs a checkout and npm's registry. */
export async function ensureSuiteImage(options: FixturesImageOptions): Promise<string> {
  const { signal, log } = options;
  const base = await ensureFixturesImage(options);
  const folder = await mkdtemp(join(tmpdir(), 'staleproof-suite-'));
  try {
    const packed = await runCommand(['npm', 'pack', '--json', '--pack-destination', folder], { cwd: checkout, signal });
    const [{ filename = '', integrity = '' } = {}] = JSON.parse(packed) as { filename?: string; integrity?: string }[];
    // An installed package has none.
    const lock = await readFile(join(checkout, 'package-lock.json'), 'utf8').catch(() => '');
    const tag = `staleproof/suite:${contentHash({ base, integrity, lock })}`;
    if (await hasImage(tag, signal)) return tag;
    log(`building ${tag} on ${base}`);
    const stage = join(folder, 'stage');
    await install(join(folder, filename), join(stage, 'opt/staleproof'), signal);
    await mkdir(join(stage, 'usr/local/bin'), { recursive: true });
    await symlink('/opt/staleproof/node_modules/.bin/staleproof', join(stage, 'usr/local/bin/staleproof'));
    await addLayer(base, stage, tag, ['WORKDIR /work', 'CMD ["staleproof","--help"]'], signal);
    return tag;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function install(archive: string, target: string, signal: AbortSignal | undefined): Promise<void> {
  await mkdir(target, { recursive: true });
  const install = ['npm', 'install', '--omit=dev', '--prefer-offline', ...quiet];
  // Without a package.json of its own npm would look for one in the folders above.
  await runCommand(['sh', '-c', 'echo "{\\"private\\":true}" > package.json'], { cwd: target, signal });
  await runCommand([...install, archive], { cwd: target, signal });
}
