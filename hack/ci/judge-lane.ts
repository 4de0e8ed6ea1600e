/** Whether a lane ended as it has to: its exit code, and for the right reason; and whether it may try once more. */
import type { Lane } from '../../e2e/harness/area/area-in-ci.ts';

interface Line {
  readonly type?: string;
  readonly level?: string;
  readonly spec?: { readonly id?: string };
  readonly verdict?: string;
  readonly final?: boolean;
  readonly reason?: string;
  readonly failure?: { readonly name?: string; readonly message?: string };
}

/** Of a lane, or of a cell of the nightly matrix. */
export type Judged = Pick<Lane, 'name' | 'exit' | 'passes' | 'fails' | 'mayFail'>;

/** Returns what is wrong, one line each; empty means as expected. `results` is the text of results.jsonl, if there is one. */
export function judgeLane(lane: Judged, exit: number | undefined, results: string | undefined): readonly string[] {
  const wrong: string[] = [];
  const finals = linesOf(results).filter(isFinal);
  const unproven = unprovenIn(lane, exit, results);
  if (exit !== lane.exit && unproven.length === 0)
    wrong.push(`${lane.name}: expected exit ${lane.exit}, observed ${exit ?? 'none (killed)'}`);
  const expected = new Map([
    ...(lane.passes ?? []).map((id) => [id, 'pass'] as const),
    ...Object.keys(lane.fails ?? {}).map((id) => [id, 'fail'] as const),
  ]);
  for (const [id, verdict] of expected) {
    const observed = [...new Set(finals.filter(({ spec }) => spec?.id === id).map((line) => line.verdict ?? 'none'))];
    if (observed.length === 1 && observed[0] === verdict) continue;
    if (unproven.length > 0 && observed.length === 1 && observed[0] === 'inconclusive') continue;
    wrong.push(`${lane.name}: expected ${id} to ${verdict}, observed ${observed.join(' and ') || 'not run'}`);
  }
  if (exit !== lane.exit && unproven.length === 0) wrong.push(...finals.flatMap((line) => unprovenOf(lane, line)));
  for (const { spec, verdict, failure } of finals.filter((line) => line.verdict === 'fail')) {
    const id = spec?.id ?? 'a spec without a name';
    const reason = lane.fails?.[id] ?? lane.mayFail?.[id];
    const message = failure?.message ?? 'no reason';
    if (reason === undefined) {
      if (!expected.has(id))
        wrong.push(`${lane.name}: expected ${id} not to ${verdict ?? 'fail'}, observed ${message}`);
    } else if (failure?.name !== 'JudgementError' || !message.includes(reason))
      wrong.push(`${lane.name}: expected ${id} to fail because of "${reason}", observed ${message}`);
  }
  return wrong;
}

/** Of so many specs that were judged on a good subject one may prove nothing. */
const ONE_OF = 20;

/**
 * Specs without a verdict that a lane may have, each with its reason; empty where there is none, or where the lane is not as
 * expected for them. The suite's own bar allows a good subject a few inconclusive specs on a busy machine: they accuse nobody, are
 * not asked again, and are told. A lane of few specs would show nothing without one of them, and may have none.
 */
export function unprovenIn(lane: Judged, exit: number | undefined, results: string | undefined): readonly string[] {
  const finals = linesOf(results).filter(isFinal);
  const judged = finals.filter(({ verdict }) => verdict !== 'skip');
  const unproven = judged.filter(({ verdict }) => verdict === 'inconclusive');
  const isElseGood = judged.every(({ verdict = '' }) => ['pass', 'expected-fail', 'inconclusive'].includes(verdict));
  const isWithin = lane.exit === 0 && exit === 2 && isElseGood && unproven.length <= Math.floor(judged.length / ONE_OF);
  return isWithin ? unproven.flatMap((line) => unprovenOf(lane, line)) : [];
}

/** Why a spec judged nothing: whoever reads only the last page of CI must find it there. */
function unprovenOf(lane: Judged, { spec, verdict, reason, failure }: Line): readonly string[] {
  if (verdict !== 'inconclusive' && verdict !== 'infrastructure-error') return [];
  return [
    `${lane.name}: ${spec?.id ?? 'a spec without a name'}: ${verdict}: ${reason ?? failure?.message ?? 'no reason'}`,
  ];
}

/** No verdict may be asked for twice. Only where the machine broke, and nothing was found out beside, a lane may try again. */
export function mayRepeat(exit: number | undefined, results: string | undefined): boolean {
  if (exit !== 2) return false;
  const lines = linesOf(results);
  const verdicts = lines.filter(isFinal).map(({ verdict }) => verdict);
  const broke =
    verdicts.includes('infrastructure-error') || lines.some(({ level }) => level === 'infrastructure-error');
  return broke && !verdicts.some((verdict) => ['fail', 'unexpected-pass', 'inconclusive'].includes(verdict ?? ''));
}

const isFinal = ({ type, final }: Line): boolean => type === 'attempt' && final === true;

/** A run that was killed leaves a torn last line; what stands before it counts. */
function linesOf(text: string | undefined): readonly Line[] {
  return (text ?? '').split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as Line];
    } catch {
      return [];
    }
  });
}
