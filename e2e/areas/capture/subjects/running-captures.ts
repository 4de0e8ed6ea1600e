/** Capture controllers and agents in the objects of a cluster, one statement a node. Pure. */
import { imageParts, type RunningProduct, type SeenCluster } from '../../../harness/area/running.ts';

/** By the name of the image. Antrea's agents capture too, but only with a feature gate that is off by default. */
const products: Readonly<Record<string, string>> = {
  'packet-capture': 'packet-capture',
  'retina-agent': 'retina',
  'retina-operator': 'retina',
};

export function runningCaptures({ pods }: SeenCluster): readonly RunningProduct[] {
  return pods.flatMap(({ node, phase, containers }) => {
    if (node === undefined || phase === 'Succeeded' || phase === 'Failed') return [];
    return containers.flatMap(({ image }): readonly RunningProduct[] => {
      const { base, tag } = imageParts(image);
      const product = products[base];
      if (product === undefined) return [];
      return [{ product, role: 'capture controller', node, version: tag, mode: '', told: `image ${image}` }];
    });
  });
}
