/** Which specs a run on this cluster would skip, and why, without running any. */
import type { Options } from '../harness/run/options/schema.ts';
import { areaOf, loadSpecs } from '../harness/run/spec-registry.ts';
import { subjects as known } from '../harness/subject/registry.ts';
import type { Subject, SubjectContext, SubjectKind } from '../harness/subject/subject.ts';
import { chooseSubjects } from './choose-subjects.ts';
import { composition } from './composition.ts';
import type { ClusterLook } from './doctor-cluster.ts';
import { findAgent } from '../areas/race/subjects/found-agent.ts';
import { foundSubjects } from './found-subjects.ts';
import { type Probed, skipReason } from './skip-reasons.ts';

export interface AreaForecast {
  readonly area: string;
  readonly specs: number;
  readonly run: number;
  /** Reason → ids. */
  readonly skipped: Readonly<Record<string, readonly string[]>>;
}

/** Subjects are asked what they can do there and what they lack. */
export async function forecast(look: ClusterLook, signal: AbortSignal): Promise<readonly AreaForecast[]> {
  const { cluster } = look;
  const agent = await findAgent(cluster.api, {}, signal);
  const options: Options = {
    provider: 'existing',
    ...(agent !== undefined && { npaPodLabel: agent.label, npaNamespace: agent.namespace }),
  };
  const specs = await loadSpecs(composition.specFolders);
  const { entries } = chooseSubjects(options, specs, known);
  const found = foundSubjects(entries, options, look.fitness, known);
  const absent: Partial<Record<SubjectKind, string>> = { ...found.absent };
  const capabilities: Partial<Record<SubjectKind, readonly string[]>> = {};
  for (const entry of found.entries) {
    const subject = await entry.load();
    const context: SubjectContext = { cluster, signal, options, fixturesImage: '', log: () => undefined };
    const missing = await lackOf(subject, context);
    if (missing.length > 0) absent[entry.kind] = missing.join('; ');
    else capabilities[entry.kind] = await subject.capabilities(context);
  }
  const { provider, familyMode } = cluster;
  const { workers, fitness } = look;
  const probed: Probed = { provider, familyMode, workers, capabilities, missingKernel: {}, fitness, absent };
  const areas = [...new Set(specs.map(({ meta }) => areaOf(meta.id)))].sort();
  return areas.map((area) => {
    const mine = specs.filter(({ meta }) => areaOf(meta.id) === area);
    const skipped: Record<string, string[]> = {};
    for (const { meta } of mine) {
      const reason = skipReason(meta, probed);
      if (reason !== undefined) (skipped[reason] ??= []).push(meta.id);
    }
    const count = Object.values(skipped).flat().length;
    return { area, specs: mine.length, run: mine.length - count, skipped };
  });
}

/** Clients are built on this machine when a run starts; whether that works is the machine's doctor's business. */
async function lackOf(subject: Subject, context: SubjectContext): Promise<readonly string[]> {
  return subject.kind === 'api-client' ? [] : subject.preflight(context);
}

export function forecastText(areas: readonly AreaForecast[]): string {
  const lines = areas.flatMap(({ area, specs, run, skipped }) => [
    `${area}: ${run} of ${specs} specs would run`,
    ...Object.entries(skipped).flatMap(([reason, ids]) => [
      `  ${ids.length} skipped: ${reason}`,
      ...ids.map((id) => `    ${id}`),
    ]),
  ]);
  return lines.join('\n');
}
