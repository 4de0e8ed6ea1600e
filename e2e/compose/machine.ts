/** The machine under a kind cluster: prerequisites, leak guard, images. All of it is hack/'s work; this says when. */
import { cpus } from 'node:os';
import type { Options } from '../harness/run/options/schema.ts';
import type { EnvironmentRequest } from '../harness/run/run-environment.ts';
import type { PartSource, Subject } from '../harness/subject/subject.ts';

export interface Machine {
  readonly nodeImage: string | undefined;
  readonly podNetwork: 'own' | 'kindnet';
  readonly fixturesImage: string;
  /** What subjects ask for by name is built here, when they ask. */
  readonly parts: PartSource;
  /** Ends what is still being made for subjects, and waits for it. */
  stop(): Promise<void>;
  readonly facts: Readonly<Record<string, string>>;
  /** Kernel feature → why it is missing. */
  readonly missingKernel: Readonly<Record<string, string>>;
  /** Packets stopped so far, by rule; absent when no guard is loaded. */
  readonly guard?: () => Promise<Readonly<Record<string, number>>>;
}

/**
 * Checks what the run needs, and with --setup repairs it; returns when machine and images stand, while parts of subjects may
 * still be made. Whoever gets the machine has to stop() it.
 */
export async function prepareMachine(
  options: Options,
  request: Pick<EnvironmentRequest, 'signal' | 'log'>,
  subjects: readonly Subject[],
): Promise<Machine> {
  const { signal, log } = request;
  const kind = options.provider !== 'existing';
  const { startSetUp } = await import('./run-set-up.ts');
  const setUp = await startSetUp(options, subjects, request);
  try {
    await setUp.ground;
    const { ensureNodeImage } = await import('../../hack/images/node-image.ts');
    const node =
      options.nodeImage === undefined && kind
        ? await ensureNodeImage({ source: options.nodeImageSource ?? 'auto', signal, log })
        : { image: options.nodeImage, podNetwork: 'kindnet' as const };
    const fixturesImage = options.fixturesImage ?? (await ownImage(options, request));
    const { missingKernelFeatures } = await import('../../hack/doctor/kernel-features.ts');
    const missingKernel = kind ? ((await missingKernelFeatures(node.image)) ?? {}) : {};
    const guard = kind ? await guarded(options, log) : undefined;
    return {
      nodeImage: node.image,
      podNetwork: node.podNetwork,
      fixturesImage,
      parts: setUp.parts,
      stop: () => setUp.stop(),
      facts: guard === undefined ? {} : { guard: 'loaded' },
      missingKernel,
      ...(guard === undefined ? {} : { guard }),
    };
  } catch (error) {
    await setUp.stop();
    throw error;
  }
}

/** Built here; or, with a registry that has it, only named. */
async function ownImage(
  options: Options,
  { signal, log }: Pick<EnvironmentRequest, 'signal' | 'log'>,
): Promise<string> {
  const { ensureFixturesImage, fixturesImageName } = await import('../../hack/images/fixtures-image.ts');
  if (options.imagesFrom === undefined) return ensureFixturesImage({ signal, log });
  const { inRegistry } = await import('../../hack/images/registry.ts');
  return inRegistry(options.imagesFrom, await fixturesImageName());
}

/** Specs mostly wait; what bounds them is the machine's cores and how many nodes share the work. */
export function defaultJobs(workers: number, cores = cpus().length): number {
  return Math.max(1, Math.min(3 * cores, 4 * workers));
}

/** Loads the leak guard where it is wanted; what it counted before this run is not this run's. */
async function guarded(options: Options, log: (line: string) => void): Promise<Machine['guard']> {
  const { readGuardCounters } = await import('../../hack/machine/leak-guard.ts');
  const { readyForClusters } = await import('../../hack/machine/ready-for-clusters.ts');
  if (!(await readyForClusters({ guard: options.guard, log }))) return undefined;
  const before = (await readGuardCounters()) ?? {};
  return async () => {
    const after = (await readGuardCounters()) ?? {};
    return Object.fromEntries(Object.entries(after).map(([rule, count]) => [rule, count - (before[rule] ?? 0)]));
  };
}
