/** The end-to-end lanes of CI: what is run and how it has to end. An area has its lanes in its own ci.ts. */
import { areas } from '../../e2e/areas/index.ts';
import type { Lane } from '../../e2e/harness/area/area-in-ci.ts';
import { shareClusters } from './share-clusters.ts';

export const lanes: readonly Lane[] = shareClusters(
  areas.all.flatMap(({ ci }) => ci.lanes),
  areas.ground?.preferred ?? '',
);
