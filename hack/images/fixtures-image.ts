/** The image of the in-pod programs: Debian and tools, Node.js, clients in other languages, and the programs on top. */
import { cp, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheRoot } from '../cache/cache-folders.ts';
import type { PartOptions } from '../cache/cached-part.ts';
import { contentHash } from '../cache/content-hash.ts';
import { createSteps } from '../process/steps.ts';
import { bundleFixtures, writeFiles } from './bundle-fixtures.ts';
import { addLayer, hasImage, importImage } from './docker-images.ts';
import { fixtureLayers } from './fixture-layers.ts';
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
  /** Areas of the run: only their layers are built. Default all. */
  readonly areas?: readonly string[];
  log(this: void, line: string): void;
}

/** Returns `staleproof/fixtures:<hash>`, in the local Docker daemon. A changed program costs one layer, seconds. */
export async function ensureFixturesImage(options: FixturesImageOptions): Promise<string> {
  const part = { steps: createSteps(options.log), signal: options.signal };
  const base = await ensureFixturesBase(part, options.areas);
  const programs = await bundleFixtures();
  const tag = `staleproof/fixtures:${contentHash({ base, programs: Object.fromEntries(programs) })}`;
  if (await hasImage(tag, options.signal)) return tag;
  return stacked(base, tag, (stage) => writeFiles(programs, stage), options.signal);
}

/** Root file system, Node.js and the layers of these areas; for images of subjects as well, whose files go on top by addFiles(). */
export async function ensureFixturesBase(options: PartOptions, areas?: readonly string[]): Promise<string> {
  const root = await ensureRootFileSystem(fixturesRoot, options);
  const node = await ensureNodeRuntime(options);
  const layers: { hash: string; files: Readonly<Record<string, string>> }[] = [
    { hash: node.hash, files: { 'usr/local/bin/node': node.path } },
  ];
  for (const layer of fixtureLayers) {
    const wanted = areas === undefined || layer.areas.length === 0 || layer.areas.some((area) => areas.includes(area));
    if (wanted) layers.push(await layer.build(options));
  }
  let image = `staleproof/fixtures-root:${root.hash}`;
  if (!(await hasImage(image, options.signal))) await importImage(root.path, image, [], options.signal);
  for (const { hash, files } of layers) {
    const next = `staleproof/fixtures-base:${contentHash([image, hash])}`;
    if (!(await hasImage(next, options.signal))) await addFiles(image, next, files, options.signal);
    image = next;
  }
  return image;
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
