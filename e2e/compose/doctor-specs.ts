/** Which specs a run on this cluster would skip, and why, without running any. */
import { areas } from '../areas/index.ts';
import type { Options } from '../harness/run/options/schema.ts';
import { areaOf, loadSpecs } from '../harness/run/spec-registry.ts';
import type { Subject, SubjectContext, SubjectKind } from '../harness/subject/subject.ts';
import { chooseSubjects } from './choose-subjects.ts';
import { composition } from './composition.ts';
import type { ClusterLook } from './doctor-cluster.ts';
import { locatedSubjects } from './located-subjects.ts';
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
  const there = await locatedSubjects(areas, cluster.api, {}, signal);
  const options = Object.assign({ provider: 'existing' }, ...there.map((one) => one.options)) as Options;
  const specs = await loadSpecs(composition.specFolders, areas);
  const { entries } = chooseSubjects(options, specs, areas.kinds);
  const found = foundSubjects(entries, options, look.fitness, areas.kinds);
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
  const judgedOnNodes = areas.kinds.filter(({ runsOn }) => runsOn === 'cluster').map(({ kind }) => kind);
  const probed: Probed = {
    judgedOnNodes,
    provider,
    familyMode,
    workers,
    capabilities,
    missingKernel: {},
    fitness,
    absent,
  };
  return areas.names.toSorted().map((area) => {
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

/** What runs on this machine is made when a run starts; whether that works is the machine's doctor's business. */
async function lackOf(subject: Subject, context: SubjectContext): Promise<readonly string[]> {
  return areas.kind(subject.kind)?.runsOn === 'machine' ? [] : subject.preflight(context);
}

export function forecastText(forecasts: readonly AreaForecast[]): string {
  const lines = forecasts.flatMap(({ area, specs, run, skipped }) => [
    `${area}: ${run} of ${specs} specs would run`,
    ...Object.entries(skipped).flatMap(([reason, ids]) => [
      `  ${ids.length} skipped: ${reason}`,
      ...ids.map((id) => `    ${id}`),
    ]),
  ]);
  return lines.join('\n');
}
