/** An attempt's evidence as one SVG picture. */
import type { AttemptLine } from '../../harness/run/result-schema.ts';
import { offset, oneLine, quantity } from '../printable.ts';
import { VERDICTS } from '../verdict-words.ts';
import { chartOption } from './chart.ts';
import { layOut, WIDTH } from './layout.ts';
import { renderSvg } from './render-svg.ts';

/** True when there is something to see: an attempt that was skipped at once needs no picture. */
export function hasTimeline(attempt: AttemptLine): boolean {
  return attempt.evidence.length > 0 || attempt.series.some((series) => series.points.length > 0);
}

/**
 * Renders a picture; `id` must differ between pictures in one document.
 * The result is a complete `<svg>` element without scripts, links or foreign content.
 */
export function timelineSvg(attempt: AttemptLine, id: string, place = ''): Promise<string> {
  const layout = layOut(attempt);
  const title = titleOf(attempt, place);
  const option = chartOption(layout, title, subtitleOf(attempt));
  return renderSvg(id, WIDTH, layout.height, option, `timeline: ${title}`);
}

function titleOf(attempt: AttemptLine, place: string): string {
  const [first = '', ...others] = attempt.subjects;
  const subjects = first === '' ? '' : ` on ${first}${others.length === 0 ? '' : ` and ${others.length} more`}`;
  const where = place === '' ? '' : ` · ${place}`;
  const again = attempt.attempt > 1 ? ` · attempt ${attempt.attempt}` : '';
  return oneLine(`${VERDICTS[attempt.verdict].label}  ${attempt.spec.id}${subjects}${where}${again}`);
}

function subtitleOf(attempt: AttemptLine): string {
  const measures = attempt.measures
    .slice(0, 4)
    .map((measure) => `${measure.name} ${quantity(measure.value, measure.unit)}`);
  const began = `0 s here is ${offset(attempt.startedAt)} on the run's clock`;
  return oneLine([...measures, began].join(' · '));
}
