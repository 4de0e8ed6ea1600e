/** Doctor's questions about a kernel, in the shape in which the harness asks them of nodes that are not ours. */
import type { ClusterRequest } from '../harness/cluster/cluster.ts';
import { kernelFeatures, parseProbes, probeScript } from '../../hack/doctor/kernel-features.ts';

export const kernelProbe: NonNullable<ClusterRequest['kernelProbe']> = {
  script: probeScript(kernelFeatures),
  read: parseProbes,
};
