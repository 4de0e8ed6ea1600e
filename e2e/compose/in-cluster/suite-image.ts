/** Which image the Job runs when the user names none: one that a registry has, or one built here for nodes that are here. */
import type { KubeApi } from '../../harness/cluster/cluster.ts';
import type { KubernetesObject } from '../../harness/cluster/kubernetes-object.ts';
import { UsageError } from '../../harness/run/usage-error.ts';

export interface SuiteImageOptions {
  readonly registry: string | undefined;
  readonly log: (line: string) => void;
}

/** Throws UsageError for nodes that can neither pull it nor be given it. */
export async function suiteImage(api: KubeApi, { registry, log }: SuiteImageOptions): Promise<string> {
  const { ensureSuiteImage } = await import('../../../hack/images/suite-image.ts');
  const image = await ensureSuiteImage({ log });
  if (registry !== undefined) {
    const { inRegistry } = await import('../../../hack/images/registry.ts');
    return inRegistry(registry, image);
  }
  const { docker } = await import('../../harness/cluster/kind/docker.ts');
  const nodes = (await api.list<KubernetesObject>('v1', 'Node')).map(({ metadata }) => metadata.name);
  const here = new Set((await docker(['ps', '--format', '{{.Names}}'])).split('\n'));
  const foreign = nodes.filter((name) => !here.has(name));
  if (foreign.length > 0)
    throw new UsageError(
      `${foreign.join(', ')}: no containers of this machine, so an image cannot be loaded; push it (image --push REGISTRY) and say --images-from REGISTRY`,
    );
  const { KindNode } = await import('../../harness/cluster/kind/kind-node.ts');
  const { loadImage } = await import('../../harness/cluster/kind/load-image.ts');
  log(`loading ${image} into ${nodes.join(', ')}`);
  const facts = { controlPlane: false, addresses: {}, podCidrs: [], schedulable: true, info: {} };
  await loadImage(
    nodes.map((name) => new KindNode({ ...facts, name })),
    image,
  );
  return image;
}
