/** Network policy agents in the objects of a cluster, one statement a node. Pure. */
import { flagIn, imageParts, type RunningProduct, type SeenCluster } from '../../../harness/area/running.ts';

/** By the name of the image; an agent whose product has no table here is named all the same, as not measured. */
const products: Readonly<Record<string, string>> = {
  'aws-network-policy-agent': 'aws-network-policy-agent',
  'kube-network-policies': 'kube-network-policies',
  'calico-node': 'calico',
};

export function runningAgents({ pods }: SeenCluster): readonly RunningProduct[] {
  return pods.flatMap(({ owner, node, phase, containers }) => {
    if (owner !== 'DaemonSet' || node === undefined || phase === 'Succeeded' || phase === 'Failed') return [];
    return containers.flatMap(({ name, image, argv }): readonly RunningProduct[] => {
      const { base, tag } = imageParts(image);
      const product = products[base === 'node' && name === 'calico-node' ? 'calico-node' : base];
      if (product === undefined) return [];
      const enabled = product === 'aws-network-policy-agent' ? flagIn(argv, 'enable-network-policy') : undefined;
      // Upstream's default is off: an agent that enforces nothing has nothing to clean.
      const isOff = product === 'aws-network-policy-agent' && (enabled ?? 'false') !== 'true';
      const said = enabled === undefined ? 'no --enable-network-policy' : `--enable-network-policy=${enabled}`;
      const told = product === 'aws-network-policy-agent' ? `image ${image}; ${said}` : `image ${image}`;
      return [{ product, role: 'policy agent', node, version: tag, mode: isOff ? 'off' : '', told }];
    });
  });
}
