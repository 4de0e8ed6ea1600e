/**
 * The image of the in-pod programs: Debian and tools, Node.js, and the programs on top. Programs in other languages are
 * built as parts and put into pods, or into further images by addFiles().
 */
import { cp, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheRoot } from '../cache/cache-folders.ts';
import { NotBuiltError, type PartOptions } from '../cache/cached-part.ts';
import { contentHash } from '../cache/content-hash.ts';
import { createSteps } from '../process/steps.ts';
import { bundleFixtures, writeFiles } from './bundle-fixtures.ts';
import { addLayer, hasImage, importImage } from './docker-images.ts';
import { ensureNodeRuntime, nodeRuntimeHash } from './node-runtime.ts';
import { type RootFileSystem, ensureRootFileSystem, rootFileSystemHash } from './root-file-system.ts';

export const fixturesRoot: RootFileSystem = {
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
  readonly onlyIfBuilt?: boolean;
}

/** Returns `staleproof/fixtures:<hash>`, in the local Docker daemon. A changed program costs one layer, seconds. */
export async function ensureFixturesImage(options: FixturesImageOptions): Promise<string> {
  const programs = await bundleFixtures();
  const tag = tagOf(programs);
  if (await hasImage(tag, options.signal)) return tag;
  if (options.onlyIfBuilt === true) throw new NotBuiltError('fixtures-image', 15_000);
  const base = await ensureFixturesBase({ steps: createSteps(options.log), signal: options.signal });
  return stacked(base, tag, (stage) => writeFiles(programs, stage), options.signal);
}

/** The name that ensureFixturesImage() returns; makes nothing and needs no Docker. */
export async function fixturesImageName(): Promise<string> {
  return tagOf(await bundleFixtures());
}

function tagOf(programs: ReadonlyMap<string, Uint8Array>): string {
  return `staleproof/fixtures:${contentHash({ base: baseName(), programs: Object.fromEntries(programs) })}`;
}

const rootName = (): string => `staleproof/fixtures-root:${rootFileSystemHash(fixturesRoot)}`;
const baseName = (): string => `staleproof/fixtures-base:${contentHash([rootName(), nodeRuntimeHash()])}`;

/** Debian, tools and Node.js: what changes rarely. */
async function ensureFixturesBase(options: PartOptions): Promise<string> {
  if (await hasImage(baseName(), options.signal)) return baseName();
  const root = await ensureRootFileSystem(fixturesRoot, options);
  const node = await ensureNodeRuntime(options);
  if (!(await hasImage(rootName(), options.signal))) await importImage(root.path, rootName(), [], options.signal);
  return addFiles(rootName(), baseName(), { 'usr/local/bin/node': node.path }, options.signal);
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
