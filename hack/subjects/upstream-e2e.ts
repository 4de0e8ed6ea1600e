/**
 * Kubernetes' own end-to-end tests and the images that its Conntrack specs start, built from the Go module of the node image's
 * version. Only for comparisons: nothing of the suite needs them.
 */
import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { contentHash } from '../cache/content-hash.ts';
import type { PartOptions } from '../cache/cached-part.ts';
import { type GoBuild, buildGo } from '../go/go-build.ts';
import { addLayer, hasImage } from '../images/docker-images.ts';
import { kubernetesTags, kubernetesVersion, versionFlags } from '../images/kubernetes-binary.ts';
import { kubernetesModule, stagingReplaces } from '../images/kubernetes-module.ts';
import { runCommand } from '../process/run-command.ts';

/** A registry that nobody can pull from: these are stand-ins, and upstream's names must not stand for content of ours. */
export const standInRegistry = 'staleproof.local/e2e-test-images';

export interface UpstreamE2e {
  /** Path of `e2e.test`. */
  readonly binary: string;
  /** Images in the local Docker daemon, by the names under which `e2e.test` asks for them in `standInRegistry`. */
  readonly images: readonly string[];
}

/** `replace`: of the version's own go.mod. */
function upstreamE2eBuild(version: string, replace: GoBuild['goMod']['replace'] = {}): GoBuild {
  return {
    name: 'upstream-e2e',
    goMod: {
      module: 'staleproof.local/upstream-e2e',
      go: '1.26.0',
      godebug: ['default=go1.26'],
      require: { [kubernetesModule]: `v${version}` },
      replace,
    },
    files: { 'tools.go': readFileSync(new URL('upstream-e2e/tools.go', import.meta.url), 'utf8') },
    packages: {
      agnhost: `${kubernetesModule}/test/images/agnhost`,
      'regression-issue-74839': `${kubernetesModule}/test/images/regression-issue-74839`,
    },
    tests: { 'e2e.test': `${kubernetesModule}/test/e2e` },
    tags: kubernetesTags,
    ldflags: versionFlags(version),
    expectedMs: 600_000,
  };
}

/** `fixturesImage` lies below the stand-ins: it has the shell, netcat and sleep that upstream's specs call. */
export async function ensureUpstreamE2e(fixturesImage: string, options: PartOptions): Promise<UpstreamE2e> {
  const { signal } = options;
  const build = upstreamE2eBuild(kubernetesVersion, await stagingReplaces(kubernetesVersion, signal));
  const { binaries, hash, folder } = await buildGo(build, options);
  const binary = binaries['e2e.test'] ?? '';
  const listed = (await runCommand([binary, '--list-images'], { signal })).split('\n');
  const images: string[] = [];
  for (const program of ['agnhost', 'regression-issue-74839', 'busybox']) {
    const built = `staleproof/upstream-${program}:${contentHash([hash, fixturesImage])}`;
    if (!(await hasImage(built, signal))) await standIn(built, fixturesImage, binaries[program], folder, signal);
    for (const name of listed) {
      const version = name.split(`/e2e-test-images/${program}:`)[1];
      if (version === undefined) continue;
      const image = `${standInRegistry}/${program}:${version}`;
      await runCommand(['docker', 'tag', built, image], { signal });
      images.push(image);
    }
  }
  return { binary, images };
}

/** Upstream's images start their program by themselves; busybox is a shell. */
async function standIn(
  image: string,
  base: string,
  program: string | undefined,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const stage = await mkdtemp(join(folder, 'stage-'));
  try {
    if (program !== undefined) await copyFile(program, join(stage, basename(program)));
    const entrypoint = program === undefined ? [] : [`/${basename(program)}`];
    await addLayer(base, stage, image, [`ENTRYPOINT ${JSON.stringify(entrypoint)}`, 'WORKDIR /'], signal);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}
