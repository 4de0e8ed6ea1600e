/** Which nodes of a cluster that is not ours a run can use. What is left out is named: nothing waits for it, nothing is placed there. */
import type { NodeFacts } from '../node-facts.ts';

export interface UsableNodes {
  /** Where a helper can run; pods are placed on those of them that are schedulable. */
  readonly nodes: readonly NodeFacts[];
  /** `node-7: NotReady (KubeletNotReady)`, control planes aside: they are never placed on. */
  readonly left: readonly string[];
  /** Of the nodes where pods are placed: `amd64, arm64`. */
  readonly architectures: readonly string[];
}

export function usableNodes(all: readonly NodeFacts[]): UsableNodes {
  const nodes = all
    .filter(({ away }) => away === undefined)
    .map((node): NodeFacts => ({ ...node, schedulable: node.schedulable && node.closed === undefined }));
  const left = all
    .map(({ name, controlPlane, away, closed }) => ({ name, why: away ?? (controlPlane ? undefined : closed) }))
    .flatMap(({ name, why }) => (why === undefined ? [] : [`${name}: ${why}`]));
  const placed = nodes.filter(({ schedulable, controlPlane }) => schedulable && !controlPlane);
  const architectures = [...new Set(placed.map(({ info }) => info['architecture'] ?? 'unknown'))].sort();
  return { nodes, left, architectures };
}
