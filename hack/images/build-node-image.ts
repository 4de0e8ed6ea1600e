/** The node image from Go modules and Debian packages, for machines where no registry answers. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cacheRoot } from '../cache/cache-folders.ts';
import type { PartOptions } from '../cache/cached-part.ts';
import { contentHash } from '../cache/content-hash.ts';
import { buildGo } from '../go/go-build.ts';
import { goModText } from '../go/go-mod-text.ts';
import { runCommand, tryCommand } from '../process/run-command.ts';
import { corednsBuild, etcdBuild, pauseBuild } from './cluster-binaries.ts';
import { ensureControlPlaneImages } from './control-plane-image.ts';
import { commit, importImage, pipeFile, pipeFolder, withContainer } from './docker-images.ts';
import { ensureKubernetes, kubernetesRecipe } from './kubernetes-binary.ts';
import { type NodeFiles, nodeFiles, stageFiles } from './node-files.ts';
import { type RootFileSystem, ensureRootFileSystem } from './root-file-system.ts';

export const nodeRoot: RootFileSystem = {
  name: 'node',
  packages: [
    ...['systemd', 'systemd-sysv', 'dbus', 'kmod', 'libseccomp2', 'e2fsprogs', 'ca-certificates', 'curl', 'procps'],
    ...[
      'containerd',
      'runc',
      'containernetworking-plugins',
      'iptables',
      'nftables',
      'iproute2',
      'ethtool',
      'conntrack',
    ],
    // What evidence is taken with: captures, eBPF maps, reachability.
    ...['tcpdump', 'bpftool', 'iputils-ping'],
  ],
  expectedMs: 75_000,
};

export const controlPlaneRoot: RootFileSystem = {
  name: 'control-plane',
  packages: ['iptables', 'nftables', 'conntrack', 'iproute2', 'procps', 'netcat-openbsd', 'tcpdump', 'ca-certificates'],
  expectedMs: 40_000,
};

const entrypoint = 'ENTRYPOINT ["/usr/local/bin/entrypoint","/sbin/init"]';
const recipe = 1;

/** The tag follows from the recipe alone, so it is known without Go and before anything is built. */
export function builtNodeImage(files: NodeFiles = nodeFiles()): string {
  const builds = [kubernetesRecipe(), etcdBuild, corednsBuild, pauseBuild].map((build) => ({
    ...build,
    goMod: goModText(build.goMod),
    // How long it takes does not change what comes out.
    expectedMs: undefined,
  }));
  const inputs = {
    recipe,
    arch: process.arch,
    files,
    builds,
    node: nodeRoot.packages,
    plane: controlPlaneRoot.packages,
  };
  return `staleproof/node:${contentHash(inputs as unknown as Parameters<typeof contentHash>[0])}`;
}

/** Binaries and root file system of the control plane's images, from the cache or built one after the other. */
export async function ensureNodeControlPlane(options: PartOptions): Promise<{ path: string; hash: string }> {
  const kubernetes = await ensureKubernetes(options);
  const etcd = await buildGo(etcdBuild, options);
  const coredns = await buildGo(corednsBuild, options);
  const pause = await buildGo(pauseBuild, options);
  return ensureControlPlaneImages(
    {
      rootFileSystem: await ensureRootFileSystem(controlPlaneRoot, options),
      binaries: {
        kube: binary(kubernetes, 'kube'),
        etcd: binary(etcd, 'etcd'),
        coredns: binary(coredns, 'coredns'),
        pause: binary(pause, 'pause'),
      },
      hashes: [kubernetes.hash, etcd.hash, coredns.hash, pause.hash],
    },
    options,
  );
}

/** The image of builtNodeImage()'s name, out of parts that the cache has or that are built now. */
export async function assembleNodeImage(options: PartOptions): Promise<void> {
  const images = await ensureNodeControlPlane(options);
  const root = await ensureRootFileSystem(nodeRoot, options);
  const kubernetes = await ensureKubernetes(options);
  await options.steps.step('node-image', 30_000, () =>
    assemble(builtNodeImage(), root, binary(kubernetes, 'kube'), images.path, options.signal),
  );
}

const binary = (parts: { readonly binaries: Readonly<Record<string, string>> }, name: string): string =>
  parts.binaries[name] ?? '';

async function assemble(
  tag: string,
  root: { path: string; hash: string },
  kube: string,
  images: string,
  signal?: AbortSignal,
): Promise<void> {
  const stage = join(cacheRoot(), 'node-image', `stage-${process.pid}`);
  const base = `staleproof/node-base:${root.hash}`;
  try {
    await stageFiles(stage, nodeFiles(), { 'usr/bin/kube': kube });
    await importImage(root.path, base, ['ENV container=docker', entrypoint], signal);
    const create = ['run', '--detach', '--privileged', '--network=none', '--entrypoint', 'sleep', base, 'infinity'];
    await withContainer(
      create,
      async (container) => {
        await pipeFolder(stage, ['docker', 'cp', '-', `${container}:/`], signal);
        await preloadImages(container, images, signal);
        await commit(container, tag, [entrypoint], signal);
      },
      signal,
    );
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

/** Fills containerd's store inside the image, so that a node finds its images without a registry. */
async function preloadImages(container: string, archive: string, signal?: AbortSignal): Promise<void> {
  const inside = (...argv: readonly string[]) => ['docker', 'exec', container, ...argv];
  await runCommand(['docker', 'exec', '--detach', container, 'containerd'], { signal });
  for (let tries = 1; (await tryCommand(inside('ctr', 'version'), { signal })).exitCode !== 0; tries++) {
    if (tries === 60) throw new Error('containerd does not answer in the node image 15 s after its start (60 tries)');
    await delay(250);
  }
  const load = [
    'docker',
    'exec',
    '--interactive',
    container,
    'ctr',
    '-n',
    'k8s.io',
    'images',
    'import',
    '--no-unpack',
    '-',
  ];
  await pipeFile(archive, load, signal);
  await runCommand(
    inside('sh', '-c', 'pkill -x containerd; while pgrep -x containerd >/dev/null; do sleep 0.1; done'),
    { signal },
  );
  await runCommand(inside('rm', '-rf', '/run/containerd', '/var/lib/containerd/tmpmounts'), { signal });
}
