/** Draws each attempt's timeline to a file beside its artefacts, and decides which ones are inlined in the page. */
import { isContained, writeContained } from '../harness/run/contained-path.ts';
import type { AttemptLine } from '../harness/run/result-schema.ts';
import type { Picture } from './html/outcome-section.ts';
import type { ReportData } from './report-data.ts';
import { hasTimeline, timelineSvg } from './timeline/timeline-svg.ts';
import { VERDICTS } from './verdict-words.ts';

/** Characters of SVG that one page may hold; pictures beyond it are loaded from their files. */
const INLINE_BUDGET = 12_000_000;

export interface Drawn {
  readonly pictures: ReadonlyMap<AttemptLine, Picture>;
  /** Where each was written, relative to `folder`. */
  readonly files: ReadonlyMap<AttemptLine, string>;
}

/** What is bad is drawn first, so that a failure's timeline is the last thing to fall out of the page. */
export async function drawTimelines(report: ReportData, folder: string): Promise<Drawn> {
  const pictures = new Map<AttemptLine, Picture>();
  const files = new Map<AttemptLine, string>();
  const taken = new Set<string>();
  let left = INLINE_BUDGET;
  const order = report.outcomes.toSorted((a, b) => rank(a.verdict) - rank(b.verdict));
  for (const outcome of order)
    for (const attempt of outcome.attempts.filter(hasTimeline)) {
      const svg = await timelineSvg(attempt, `${files.size + 1}`, outcome.family);
      // Lines may come from another machine: a path in them must not lead out of the report's folder.
      const own = outcome.run.base === '' && isContained(attempt.artifacts);
      const beside = `${attempt.artifacts}/timeline.svg`;
      const file = own && !taken.has(beside) ? beside : `timelines/${files.size + 1}.svg`;
      taken.add(file);
      await writeContained(folder, file, svg);
      files.set(attempt, file);
      left -= svg.length;
      pictures.set(attempt, left >= 0 ? { svg } : { file });
    }
  return { pictures, files };
}

function rank(verdict: AttemptLine['verdict']): number {
  return { bad: 0, neutral: 1, good: 2 }[VERDICTS[verdict].standing];
}
