/** Cells of the nightly matrix that are red on purpose: how such a run must end. An area has its own in its ci.ts. */
import { areas } from '../../e2e/areas/index.ts';
import type { RedCell } from '../../e2e/harness/area/area-in-ci.ts';

export const redCells: readonly RedCell[] = areas.all.flatMap(({ ci }) => ci.red ?? []);
