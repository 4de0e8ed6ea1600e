/** The images that kubeadm starts, as one archive for a node's containerd: one image of ours under all of their names. */
import { copyFile, mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { type PartOptions, ensurePart } from '../cache/cached-part.ts';
import { runCommand, runLogged } from '../process/run-command.ts';
import { addLayer, importImage, pipeFolder } from './docker-images.ts';
import { kubernetesVersion } from './kubernetes-binary.ts';

export const pauseImage = 'registry.k8s.io/pause:3.10.2';

export interface ControlPlaneInputs {
  readonly rootFileSystem: { readonly path: string; readonly hash: string };
  /** Binary name → path, and a hash over what built them. */
  readonly binaries: Readonly<Record<'kube' | 'etcd' | 'coredns' | 'pause', string>>;
  readonly hashes: readonly string[];
}

const components = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy', 'kubectl'];

/** Path of a `docker save` archive. Bump the recipe when the steps below change. */
export async function ensureControlPlaneImages(
  inputs: ControlPlaneInputs,
  options: PartOptions,
): Promise<{ path: string; hash: string }> {
  const part = {
    kind: 'control-plane-images',
    inputs: { recipe: 1, root: inputs.rootFileSystem.hash, parts: inputs.hashes },
    expectedMs: 15_000,
    make: (folder: string, logFile: string, signal: AbortSignal | undefined) =>
      assemble(inputs, folder, logFile, signal),
  };
  const { folder, hash } = await ensurePart(part, options);
  return { path: join(folder, 'images.tar'), hash };
}

async function assemble(
  inputs: ControlPlaneInputs,
  folder: string,
  logFile: string,
  signal?: AbortSignal,
): Promise<void> {
  const stage = join(folder, 'stage');
  const bin = join(stage, 'usr/local/bin');
  await mkdir(bin, { recursive: true });
  await copyFile(inputs.binaries.kube, join(bin, 'kube'));
  for (const name of components) await symlink('kube', join(bin, name));
  await copyFile(inputs.binaries.etcd, join(bin, 'etcd'));
  // kubeadm's CoreDNS manifest gives arguments only: the image's entrypoint has to be the program.
  await copyFile(inputs.binaries.coredns, join(stage, 'coredns'));
  const base = `staleproof/control-plane-base:${inputs.rootFileSystem.hash}`;
  const all = `staleproof/control-plane:${process.pid}`;
  const pause = join(folder, 'pause');
  await mkdir(pause);
  await copyFile(inputs.binaries.pause, join(pause, 'pause'));
  const names = (await kubeadmImages(inputs.binaries.kube, signal)).filter((name) => name !== pauseImage);
  try {
    await importImage(inputs.rootFileSystem.path, base, [], signal);
    const path = 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    await addLayer(base, stage, all, [path, 'ENTRYPOINT ["/coredns"]', 'CMD []'], signal);
    await pipeFolder(pause, ['docker', 'import', '--change', 'ENTRYPOINT ["/pause"]', '-', pauseImage], signal);
    for (const name of names) await runCommand(['docker', 'tag', all, name], { signal });
    await runLogged(['docker', 'save', '-o', join(folder, 'images.tar'), pauseImage, ...names], logFile, { signal });
  } finally {
    // The names are upstream's: they must not stay on this machine under a content that is ours.
    await runCommand(['docker', 'rmi', '--force', all, pauseImage, ...names, base]).catch(() => undefined);
    await rm(stage, { recursive: true, force: true });
  }
}

/** What `kubeadm` of our binary will ask for, without a question to any network. */
async function kubeadmImages(kube: string, signal?: AbortSignal): Promise<readonly string[]> {
  const list = ['config', 'images', 'list', '--kubernetes-version', `v${kubernetesVersion}`];
  const stop = signal === undefined ? {} : { cancelSignal: signal };
  const { stdout } = await execa(kube, list, { ...stop, argv0: 'kubeadm' });
  return stdout.trim().split('\n');
}
