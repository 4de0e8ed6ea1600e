/** Whether a lane ended as it has to: its exit code, and for the right reason. */
import type { Lane } from './lanes.ts';

interface Line {
  readonly type?: string;
  readonly spec?: { readonly id?: string };
  readonly verdict?: string;
  readonly final?: boolean;
}

/** Returns what is wrong, one line each; empty means as expected. `results` is the text of results.jsonl, if there is one. */
export function judgeLane(lane: Lane, exit: number | undefined, results: string | undefined): readonly string[] {
  const wrong: string[] = [];
  if (exit !== lane.exit) wrong.push(`${lane.name}: expected exit ${lane.exit}, observed ${exit ?? 'none (killed)'}`);
  const verdicts = new Map(finals(results ?? '').map((line) => [line.spec?.id ?? '', line.verdict ?? 'none']));
  for (const [id, expected] of Object.entries(lane.verdicts)) {
    const observed = verdicts.get(id) ?? 'not run';
    if (observed === 'flaky' && expected === 'pass') continue;
    if (observed !== expected) wrong.push(`${lane.name}: expected ${id} to ${expected}, observed ${observed}`);
  }
  return wrong;
}

/** Specs that needed a second attempt: green, but never silently. */
export function flakySpecs(results: string | undefined): readonly string[] {
  return finals(results ?? '')
    .filter(({ verdict }) => verdict === 'flaky')
    .map(({ spec }) => spec?.id ?? 'a spec without a name');
}

/** A run that was killed leaves a torn last line; what stands before it counts. */
function finals(text: string): readonly Line[] {
  return text.split('\n').flatMap((line) => {
    try {
      const parsed = JSON.parse(line) as Line;
      return parsed.type === 'attempt' && parsed.final === true ? [parsed] : [];
    } catch {
      return [];
    }
  });
}
