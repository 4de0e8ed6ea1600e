/** Why a spec does not apply here: its needs against what was probed once. */
import type { Cluster } from '../harness/cluster/cluster.ts';
import type { Fitness } from '../harness/cluster/fitness.ts';
import type { SpecMeta } from '../harness/run/spec.ts';
import { areaOf } from '../harness/run/spec-registry.ts';
import type { Subject, SubjectContext, SubjectKind } from '../harness/subject/subject.ts';

export interface Probed {
  readonly provider: Cluster['provider'];
  readonly familyMode: Cluster['familyMode'];
  readonly workers: number;
  readonly capabilities: Readonly<Partial<Record<SubjectKind, readonly string[]>>>;
  /** Kernel feature → why it is missing; asked only for features that some spec needs. */
  readonly missingKernel: Readonly<Record<string, string>>;
  /** Kinds whose evidence is on nodes: conntrack rows, an agent's maps and log, capture files. */
  readonly judgedOnNodes: readonly SubjectKind[];
  /** Of a cluster that is not ours. */
  readonly fitness?: Pick<Fitness, 'lackingAccess' | 'noNodeAccess'>;
  /** Why there is no subject of a kind, when that is a fact of the cluster. */
  readonly absent?: Readonly<Partial<Record<SubjectKind, string>>>;
}

/** `undefined`: the spec applies. The text names the fact. */
export function skipReason(meta: SpecMeta, probed: Probed): string | undefined {
  const { needs = {} } = meta;
  if (needs.provider !== undefined && needs.provider !== probed.provider)
    return `needs a kind cluster of the suite's own; this one is ${probed.provider}`;
  const foreign = needs.cluster === false ? undefined : foreignReason(meta, probed);
  if (foreign !== undefined) return foreign;
  const families = needs.families ?? ['ipv4', 'ipv6'];
  const served = probed.familyMode === 'dual' ? ['ipv4', 'ipv6', 'dual'] : [probed.familyMode];
  if (!families.some((family) => served.includes(family)))
    return `needs a cluster with ${families.join(' or ')}; this one is ${probed.familyMode}`;
  if ((needs.workers ?? 0) > probed.workers)
    return `needs ${needs.workers ?? 0} schedulable worker nodes; the cluster has ${probed.workers}`;
  for (const feature of needs.kernel ?? []) {
    const missing = probed.missingKernel[feature];
    if (missing !== undefined) return `needs ${feature} in the kernel: ${missing}`;
  }
  if (meta.judges === 'none') return undefined;
  const capabilities = probed.capabilities[meta.judges] ?? [];
  const wanted: readonly string[] = needs.capabilities ?? [];
  const lacking = wanted.filter((capability) => !capabilities.includes(capability));
  if (lacking.length > 0)
    return `needs a ${meta.judges} that can ${lacking.join(', ')}; it reports ${capabilities.join(', ') || 'no capability'}`;
  return undefined;
}

/** On a cluster of somebody else's: rights, nodes, and what is installed there. */
function foreignReason(meta: SpecMeta, { fitness, absent, judgedOnNodes }: Probed): string | undefined {
  const area = areaOf(meta.id);
  const lacking = fitness?.lackingAccess[area] ?? [];
  if (lacking.length > 0)
    return `the account may not ${lacking.slice(0, 3).join(', ')}${lacking.length > 3 ? ` and ${lacking.length - 3} more` : ''}, which area ${area} needs (kubectl auth can-i)`;
  if (fitness?.noNodeAccess !== undefined && meta.judges !== 'none' && judgedOnNodes.includes(meta.judges))
    return `needs a shell on nodes: ${fitness.noNodeAccess}`;
  const missing = meta.judges === 'none' ? undefined : absent?.[meta.judges];
  return missing === undefined ? undefined : `there is no ${meta.judges} to judge: ${missing}`;
}

/** One round of questions for the whole run. */
export async function probe(
  cluster: Cluster,
  subjects: readonly Subject[],
  context: SubjectContext,
  missingKernel: Readonly<Record<string, string>>,
): Promise<Omit<Probed, 'judgedOnNodes'>> {
  const capabilities: Partial<Record<SubjectKind, readonly string[]>> = {};
  for (const subject of subjects)
    capabilities[subject.kind] = [...(capabilities[subject.kind] ?? []), ...(await subject.capabilities(context))];
  const { provider, familyMode } = cluster;
  return { provider, familyMode, workers: (await cluster.workers()).length, capabilities, missingKernel };
}
