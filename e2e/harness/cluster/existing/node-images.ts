/** Whether nodes have an image that only this machine can have built. Nothing can be pushed to foreign nodes from here. */
import { InfrastructureError } from '../../run/verdict-errors.ts';
import type { KubeApi } from '../cluster.ts';
import { fullReference } from '../kind/load-image.ts';
import type { KubernetesObject } from '../kubernetes-object.ts';
import { pollUntil } from '../wait.ts';

interface Node extends KubernetesObject {
  readonly status?: { readonly images?: readonly { readonly names?: readonly string[] }[] };
}

/** A kubelet reports a new image within some seconds. */
const reportWithinMs = 20_000;

/** Images of a registry are left to the kubelet. Throws InfrastructureError that says which nodes lack the image and what to do. */
export async function requireImage(
  api: KubeApi,
  image: string,
  nodes: readonly string[],
  signal?: AbortSignal,
  withinMs = reportWithinMs,
): Promise<void> {
  const reference = fullReference(image);
  if (!reference.startsWith('docker.io/staleproof/')) return;
  let lacking: readonly string[] = nodes;
  const look = async (inner: AbortSignal): Promise<true | undefined> => {
    const has = (node: Node): boolean => (node.status?.images ?? []).some((one) => one.names?.includes(reference));
    const found = await api.list<Node>('v1', 'Node', {}, inner);
    lacking = found
      .filter((node) => nodes.includes(node.metadata.name) && !has(node))
      .map((node) => node.metadata.name);
    return lacking.length === 0 ? true : undefined;
  };
  await pollUntil(look, { what: image, timeoutMs: withinMs, signal, intervalMs: 2_000 }).catch((error: unknown) => {
    signal?.throwIfAborted();
    if (!(error instanceof Error && error.name === 'WaitTimeoutError')) throw error;
    throw new InfrastructureError(
      `image ${image} was built on this machine and is not on ${lacking.join(', ')}: push it to a registry that the nodes can pull from and say --images-from REGISTRY, or load it into the nodes`,
    );
  });
}
