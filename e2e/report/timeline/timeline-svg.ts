/** An attempt's evidence as one SVG picture. */
import type { AttemptLine } from '../../harness/run/result-schema.ts';
import { offset, oneLine, quantity } from '../printable.ts';
import { VERDICTS } from '../verdict-words.ts';
import { chartOption } from './chart.ts';
import { layOut, WIDTH } from './layout.ts';

/** True when there is something to see: an attempt that was skipped at once needs no picture. */
export function hasTimeline(attempt: AttemptLine): boolean {
  return attempt.evidence.length > 0 || attempt.series.some((series) => series.points.length > 0);
}

/**
 * Renders a picture. `id` must differ between pictures in one document: it makes the ids inside the SVG unique.
 * The result is a complete `<svg>` element without scripts, links or foreign content.
 */
export async function timelineSvg(attempt: AttemptLine, id: string, place = ''): Promise<string> {
  const echarts = await import('echarts');
  const layout = layOut(attempt);
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: layout.height });
  try {
    chart.setOption(chartOption(layout, titleOf(attempt, place), subtitleOf(attempt)));
    const name = `timeline-${id.replace(/[^a-z0-9]+/gi, '-')}`;
    // ECharts counts ids over the whole process and adds classes for a mouse that a picture does not have.
    return chart
      .renderToSVGString()
      .replace(/<style\s*>[\s\S]*?<\/style>/g, '')
      .replace(/ class="zr[^"]*"/g, '')
      .replace(/ pointer-events="visible"/g, '')
      .replace(/\bzr\d+-/g, `${name}-`)
      .replace('<svg ', `<svg role="img" aria-label="${name}" `);
  } finally {
    chart.dispose();
  }
}

function titleOf(attempt: AttemptLine, place: string): string {
  const subjects = attempt.subjects.length === 0 ? '' : ` on ${attempt.subjects.join(' + ')}`;
  const again = attempt.attempt > 1 ? ` · attempt ${attempt.attempt}` : '';
  return oneLine(
    `${VERDICTS[attempt.verdict].label}  ${attempt.spec.id}${subjects}${place === '' ? '' : ` · ${place}`}${again}`,
  );
}

function subtitleOf(attempt: AttemptLine): string {
  const measures = attempt.measures.map((measure) => `${measure.name} ${quantity(measure.value, measure.unit)}`);
  const began = `0 s here is ${offset(attempt.startedAt)} on the run's clock`;
  return oneLine([...measures, began].join(' · '));
}
