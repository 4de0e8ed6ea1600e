/** A chart of one measure over the runs, small enough to stand in a table. */
import { renderSvg } from '../timeline/render-svg.ts';
import type { MeasureTrend } from './trend-data.ts';

const WIDTH = 250;
const HEIGHT = 64;
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact' });

/** SVG whose ids are made from `id`. The axis begins at zero, so that a small wobble looks small. */
export function sparkline(measure: MeasureTrend, id: string): Promise<string> {
  const { bound } = measure;
  return renderSvg(`spark-${id}`, WIDTH, HEIGHT, {
    animation: false,
    grid: { left: 40, right: 6, top: 8, bottom: 6 },
    xAxis: { type: 'category', show: false, boundaryGap: false, data: measure.values.map((_, index) => index) },
    yAxis: {
      type: 'value',
      splitNumber: 2,
      axisLabel: { fontSize: 9, color: '#64748b', formatter: (value: number) => COMPACT.format(value) },
      splitLine: { lineStyle: { color: '#e2e8f0' } },
      ...(bound === undefined ? {} : { max: ({ max }: { max: number }) => Math.max(max, bound) }),
    },
    series: [
      {
        type: 'line',
        data: measure.values.map((value) => value ?? null),
        symbolSize: 4,
        connectNulls: false,
        lineStyle: { color: '#0072b2', width: 1.5 },
        itemStyle: { color: '#0072b2' },
        ...(bound === undefined
          ? {}
          : {
              markLine: {
                silent: true,
                symbol: 'none',
                label: { show: false },
                lineStyle: { color: '#d55e00', type: 'dashed' as const },
                data: [{ yAxis: bound }],
              },
            }),
      },
    ],
  });
}
