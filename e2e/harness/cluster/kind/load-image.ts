/** An image of the local Docker daemon onto every node, unless it is there. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterNode } from '../cluster.ts';
import { docker } from './docker.ts';

export async function loadImage(nodes: readonly ClusterNode[], image: string, signal?: AbortSignal): Promise<void> {
  const reference = fullReference(image);
  const lacking = (
    await Promise.all(
      nodes.map(async (node) => {
        const list = await node.run(
          ['ctr', '-n', 'k8s.io', 'images', 'ls', '-q', `name==${reference}`],
          signal && { signal },
        );
        return list.trim() === '' ? [node] : [];
      }),
    )
  ).flat();
  if (lacking.length === 0) return;
  await docker(['image', 'inspect', '--format', '{{.Id}}', image], { signal }).catch((error: unknown) => {
    throw new Error(`image ${image} is not in the local Docker daemon, so it cannot be loaded into nodes`, {
      cause: error,
    });
  });
  const folder = await mkdtemp(join(tmpdir(), 'staleproof-image-'));
  try {
    const archive = join(folder, 'image.tar');
    await docker(['save', '--output', archive, image], { signal, timeoutMs: 300_000 });
    await Promise.all(
      lacking.map((node) =>
        docker(
          [
            'exec',
            '-i',
            node.name,
            'ctr',
            '-n',
            'k8s.io',
            'images',
            'import',
            '--digests',
            '--snapshotter',
            'overlayfs',
            '-',
          ],
          {
            inputFile: archive,
            signal,
            timeoutMs: 300_000,
          },
        ),
      ),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** As containerd stores it: `staleproof/x:1` is `docker.io/staleproof/x:1`. */
export function fullReference(image: string): string {
  const [first = '', ...rest] = image.split('/');
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const path = hasRegistry ? image : rest.length > 0 ? `docker.io/${image}` : `docker.io/library/${image}`;
  return /[:@][^/]*$/.test(path.slice(path.lastIndexOf('/'))) ? path : `${path}:latest`;
}
