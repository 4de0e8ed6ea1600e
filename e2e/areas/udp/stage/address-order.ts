/** Who stands neither first nor last, in whatever order a proxy goes through addresses. */
import type { ServiceStage } from './service-stage.ts';
import type { StagePod } from './stage-options.ts';

/**
 * The first of the pods that another one precedes, whether addresses are put in order as numbers or as texts, up or down. Of five
 * there always is one; undefined of fewer.
 */
export function preceded(stage: Pick<ServiceStage, 'ip'>, pods: readonly StagePod[]): StagePod | undefined {
  const ip = (pod: StagePod): string => stage.ip(pod);
  const asTexts = pods.toSorted((a, b) => (ip(a) < ip(b) ? -1 : 1));
  const asNumbers = pods.toSorted((a, b) => compareNumbers(ip(a), ip(b)));
  const ends = [asTexts, asNumbers].flatMap((order) => [order[0], order.at(-1)]);
  return pods.find((pod) => !ends.includes(pod));
}

/** Groups of the same length compare as texts do, so each is filled up. */
function compareNumbers(one: string, other: string): number {
  const filled = (text: string): string => text.replace(/[0-9a-f]+/g, (group) => group.padStart(4, '0'));
  return filled(one) < filled(other) ? -1 : 1;
}
