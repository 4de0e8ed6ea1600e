/**
 * The image of the in-pod programs: Debian and tools, Node.js, and the programs on top. Programs in other languages are
 * built as parts and put into pods, or into further images by addFiles().
 */
import { cp, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheRoot } from '../cache/cache-folders.ts';
import type { PartOptions } from '../cache/cached-part.ts';
import { contentHash } from '../cache/content-hash.ts';
import { createSteps } from '../process/steps.ts';
import { bundleFixtures, writeFiles } from './bundle-fixtures.ts';
import { addLayer, hasImage, importImage } from './docker-images.ts';
import { ensureNodeRuntime } from './node-runtime.ts';
import { type RootFileSystem, ensureRootFileSystem } from './root-file-system.ts';

const fixturesRoot: RootFileSystem = {
  name: 'fixtures',
  packages: [
    ...['tcpdump', 'conntrack', 'nftables', 'iptables', 'iproute2', 'procps', 'iputils-ping', 'curl', 'socat'],
    ...['netcat-openbsd', 'python3', 'ca-certificates', 'haproxy'],
    // Node.js is linked against it.
    'libstdc++6',
  ],
  expectedMs: 60_000,
};

export interface FixturesImageOptions {
  readonly signal?: AbortSignal | undefined;
  readonly log: (line: string) => void;
}

/** Returns `staleproof/fixtures:<hash>`, in the local Docker daemon. A changed program costs one layer, seconds. */
export async function ensureFixturesImage(options: FixturesImageOptions): Promise<string> {
  const part = { steps: createSteps(options.log), signal: options.signal };
  const base = await ensureFixturesBase(part);
  const programs = await bundleFixtures();
  const tag = `staleproof/fixtures:${contentHash({ base, programs: Object.fromEntries(programs) })}`;
  if (await hasImage(tag, options.signal)) return tag;
  return stacked(base, tag, (stage) => writeFiles(programs, stage), options.signal);
}

/** Debian, tools and Node.js: what changes rarely. */
async function ensureFixturesBase(options: PartOptions): Promise<string> {
  const root = await ensureRootFileSystem(fixturesRoot, options);
  const node = await ensureNodeRuntime(options);
  const image = `staleproof/fixtures-root:${root.hash}`;
  const base = `staleproof/fixtures-base:${contentHash([image, node.hash])}`;
  if (await hasImage(base, options.signal)) return base;
  if (!(await hasImage(image, options.signal))) await importImage(root.path, image, [], options.signal);
  return addFiles(image, base, { 'usr/local/bin/node': node.path }, options.signal);
}

/** A new image: `base` and local files or folders under their paths in the image. */
export async function addFiles(
  base: string,
  tag: string,
  files: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<string> {
  const fill = async (stage: string): Promise<void> => {
    for (const [path, from] of Object.entries(files)) {
      await mkdir(dirname(join(stage, path)), { recursive: true });
      await cp(from, join(stage, path), { recursive: true, verbatimSymlinks: true });
    }
  };
  return stacked(base, tag, fill, signal);
}

async function stacked(
  base: string,
  tag: string,
  fill: (stage: string) => Promise<void>,
  signal?: AbortSignal,
): Promise<string> {
  const stage = join(cacheRoot(), 'fixtures-image', `stage-${process.pid}-${Date.now()}`);
  try {
    await mkdir(stage, { recursive: true });
    await fill(stage);
    await addLayer(base, stage, tag, ['WORKDIR /app', 'CMD ["sleep","infinity"]'], signal);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
  return tag;
}
