/** Makes what goals wait for, in order of need; says what will be done, what is left to do, and what failed the moment it does. */
import { usualWidths } from '../graph/part-graph.ts';
import { type Goal, planText, remainingText } from '../graph/plan-text.ts';
import { type RunningGraph, runGraph } from '../graph/run-graph.ts';
import { type Missing, type PartMaker, missingParts } from './maker.ts';
import type { PartOptions } from '../cache/cached-part.ts';

export interface MakingParts {
  /** Resolves when the part stands, at once for one that stood before; rejects with PartError. */
  ready(name: string): Promise<void>;
  /** Resolves when nothing is made any more, whatever failed. */
  readonly finished: Promise<void>;
}

/** Waits for all goals; throws the first PartError once nothing runs any more, so that what was built beside it is kept. */
export async function makeParts(
  makers: readonly PartMaker[],
  goals: readonly Goal[],
  options: PartOptions,
): Promise<void> {
  const making = startParts(await missingParts(makers, goals, options), goals, options);
  await making.finished;
  for (const name of goals.flatMap(({ after }) => after)) await making.ready(name);
}

/** Starts at once, and prints the plan when there is something to make. */
export function startParts(missing: Missing, goals: readonly Goal[], { steps, signal }: PartOptions): MakingParts {
  const { parts, there } = missing;
  const widths = usualWidths;
  if (parts.length > 0) for (const line of planText(parts, goals, { widths, there })) steps.note(line);
  let said = '';
  const sayWhatIsLeft = (): void => {
    const text = remainingText(parts, goals, widths, graph.progress());
    if (text !== said && text !== '') steps.note(`  set-up: ${text}`);
    said = text;
  };
  const of = (name: string): string => {
    const waiting = goals.filter(({ after }) => after.includes(name)).map((goal) => goal.name);
    return waiting.length === 0 ? '' : `, which ${waiting.join(', ')} wait${waiting.length === 1 ? 's' : ''} for`;
  };
  const graph: RunningGraph = runGraph(parts, {
    signal,
    widths,
    events: {
      stands: () => sayWhatIsLeft(),
      failed: ({ name }, error, unmade) => {
        const why = error instanceof Error ? error.message : String(error);
        const lost = [name, ...unmade].map((each) => `${each}${of(each)}`).join('; ');
        steps.note(`  set-up: ${name} FAILED: ${why}\n  set-up: not there now: ${lost}; the rest goes on`);
      },
    },
  });
  const known = new Set(parts.map(({ name }) => name));
  return { finished: graph.finished, ready: (name) => (known.has(name) ? graph.ready(name) : Promise.resolve()) };
}
