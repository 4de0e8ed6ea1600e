/** The node image of a kind cluster: present already, else pulled, else built from modules and packages. */
import { tryCommand } from '../process/run-command.ts';
import { createSteps } from '../process/steps.ts';
import { builtNodeMakers } from '../parts/image-makers.ts';
import { packageMakers } from '../parts/machine-makers.ts';
import { makeParts } from '../parts/make-parts.ts';
import { builtNodeImage } from './build-node-image.ts';
import { hasImage } from './docker-images.ts';
import { extendPulledImage, extendedImage, pulledNodeImage } from './pulled-node-image.ts';

export type NodeImageSource = 'auto' | 'local' | 'pull' | 'build';

export interface NodeImage {
  readonly image: string;
  /** `own`: the image has no CNI configuration, the cluster makes one. `kindnet`: kind's manifest is inside. */
  readonly podNetwork: 'own' | 'kindnet';
}

export interface NodeImageOptions {
  readonly source?: NodeImageSource;
  readonly signal?: AbortSignal | undefined;
  readonly log: (line: string) => void;
}

const pullWithinMs = 15 * 60_000;

/** The image that would be used without pulling or building, if there is one. */
export async function localNodeImage(signal?: AbortSignal): Promise<NodeImage | undefined> {
  const built = builtNodeImage();
  if (await hasImage(built, signal)) return { image: built, podNetwork: 'own' };
  if (await hasImage(extendedImage(), signal)) return { image: extendedImage(), podNetwork: 'kindnet' };
  return undefined;
}

/** Throws with the source that was asked for and why it gave nothing. */
export async function ensureNodeImage(options: NodeImageOptions): Promise<NodeImage> {
  const source = options.source ?? 'auto';
  const { signal, log } = options;
  if (source !== 'pull') {
    const local = await localNodeImage(signal);
    if (local !== undefined && (source !== 'build' || local.podNetwork === 'own')) return local;
    if (source === 'local')
      throw new Error(
        `no node image here: neither ${builtNodeImage()} nor ${extendedImage()}; use --node-image-source auto`,
      );
  }
  if (source === 'auto' || source === 'pull') {
    const failure = await pull(signal, log);
    if (failure === undefined) return { image: await extendPulledImage(signal, log), podNetwork: 'kindnet' };
    if (source === 'pull') throw new Error(`cannot pull ${pulledNodeImage}: ${failure}`);
    log(`no registry gives ${pulledNodeImage} (${failure}): building the node image here`);
  }
  const steps = createSteps(log);
  await makeParts([...packageMakers, ...builtNodeMakers], [{ name: 'the node image', after: ['node-image'] }], {
    steps,
    signal,
  });
  return { image: builtNodeImage(), podNetwork: 'own' };
}

/** The reason why it cannot be had, or undefined. */
async function pull(signal: AbortSignal | undefined, log: (line: string) => void): Promise<string | undefined> {
  if (await hasImage(pulledNodeImage, signal)) return undefined;
  log(`pulling ${pulledNodeImage}`);
  const result = await tryCommand(['docker', 'pull', '--quiet', pulledNodeImage], { signal, timeout: pullWithinMs });
  if (result.exitCode === 0) return undefined;
  return result.stderr.trim().split('\n').at(-1) ?? 'docker pull failed';
}
