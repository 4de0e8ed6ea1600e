/** What the images of a cluster are made of, as parts that can be made beside each other. */
import { NotBuiltError } from '../cache/cached-part.ts';
import { buildGo } from '../go/go-build.ts';
import {
  assembleNodeImage,
  builtNodeImage,
  controlPlaneRoot,
  nodeRoot,
  ensureNodeControlPlane,
} from '../images/build-node-image.ts';
import { corednsBuild, etcdBuild, pauseBuild } from '../images/cluster-binaries.ts';
import { hasImage } from '../images/docker-images.ts';
import { ensureFixturesImage, fixturesRoot } from '../images/fixtures-image.ts';
import { ensureKubernetes, kubernetesRecipe } from '../images/kubernetes-binary.ts';
import { ensureNodeRuntime } from '../images/node-runtime.ts';
import { type RootFileSystem, ensureRootFileSystem } from '../images/root-file-system.ts';
import type { PartMaker } from './maker.ts';

const rootMaker = (root: RootFileSystem): PartMaker => ({
  name: `root-file-system-${root.name}`,
  after: ['package-tools'],
  lane: 'network',
  expectedMs: root.expectedMs,
  make: (options) => ensureRootFileSystem(root, options),
});
const goMaker = (build: Parameters<typeof buildGo>[0]): PartMaker => ({
  name: build.name,
  after: [],
  lane: 'core',
  expectedMs: build.expectedMs,
  make: (options) => buildGo(build, options),
});

/** The node image from modules and packages: `node-image` and everything before it. */
export const builtNodeMakers: readonly PartMaker[] = [
  {
    name: 'kubernetes',
    after: [],
    lane: 'core',
    expectedMs: kubernetesRecipe().expectedMs,
    make: (options) => ensureKubernetes(options),
  },
  ...[etcdBuild, corednsBuild, pauseBuild].map(goMaker),
  ...[nodeRoot, controlPlaneRoot].map(rootMaker),
  {
    name: 'control-plane-images',
    after: ['machine', 'kubernetes', 'etcd', 'coredns', 'pause', 'root-file-system-control-plane'],
    lane: 'docker',
    expectedMs: 15_000,
    make: (options) => ensureNodeControlPlane(options),
  },
  {
    name: 'node-image',
    after: ['control-plane-images', 'root-file-system-node'],
    lane: 'docker',
    expectedMs: 30_000,
    make: async (options) => {
      if (await hasImage(builtNodeImage(), options.signal)) return;
      if (options.onlyIfBuilt === true) throw new NotBuiltError('node-image', 30_000);
      await assembleNodeImage(options);
    },
  },
];

export const fixturesMakers: readonly PartMaker[] = [
  {
    name: 'node-runtime',
    after: [],
    lane: 'network',
    expectedMs: 10_000,
    make: (options) => ensureNodeRuntime(options),
  },
  rootMaker(fixturesRoot),
  {
    name: 'fixtures-image',
    after: ['machine', 'node-runtime', 'root-file-system-fixtures'],
    lane: 'docker',
    expectedMs: 15_000,
    make: (options) => ensureFixturesImage({ ...options, log: (line) => options.steps.note(line) }),
  },
];
