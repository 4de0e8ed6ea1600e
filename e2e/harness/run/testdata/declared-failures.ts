/** For tests of an area's known defects: every way in which something of the area can fail. */
import type { FactLists, Judgement } from '../judgement.ts';
import type { JudgementRecord } from '../result-schema.ts';

/** Every choice of one value a fact. */
function choices(lists: FactLists): readonly Readonly<Record<string, string>>[] {
  return Object.entries(lists).reduce<readonly Readonly<Record<string, string>>[]>(
    (found, [name, values]) => found.flatMap((facts) => values.map((value) => ({ ...facts, [name]: value }))),
    [{}],
  );
}

/** `declared`: what the area's judgements.ts exports. `measures`: of each failure. */
export function declaredFailures(
  declared: Readonly<Record<string, unknown>>,
  measures: JudgementRecord['measures'] = {},
): readonly JudgementRecord[] {
  const isJudgement = (one: unknown): one is Judgement => typeof one === 'object' && one !== null && 'fails' in one;
  return Object.values(declared)
    .filter(isJudgement)
    .flatMap(({ id, fails, facts }) =>
      fails.flatMap((outcome) => choices(facts).map((one) => ({ id, ok: false, outcome, facts: one, measures }))),
    );
}
