/**
 * The timeline as an ECharts option. ECharts because it renders SVG to a string without a browser or a DOM by its own
 * documented server mode, on Node 20, with two dependencies; Vega-Lite wants Node 22, Observable Plot wants a DOM.
 */
import type { CustomSeriesOption, CustomSeriesRenderItemReturn, EChartsOption, SeriesOption } from 'echarts';
import type { Layout, Panel } from './layout.ts';
import { PLOT, PLOT_WIDTH, WIDTH } from './layout.ts';

const FONT = 'Arial, Helvetica, Liberation Sans, DejaVu Sans, sans-serif';
const INK = '#1e293b';
const FAINT = '#e2e8f0';

/** `title` and `subtitle` are plain text on one line each. */
export function chartOption(layout: Layout, title: string, subtitle: string): EChartsOption {
  const grids = [
    ...layout.panels.map((panel) => ({ top: panel.top, height: panel.height })),
    { top: layout.rowsTop, height: Math.max(layout.rowsHeight, 1) },
  ].map((grid) => ({ left: PLOT.left, width: PLOT_WIDTH, ...grid }));
  const last = grids.length - 1;
  return {
    animation: false,
    backgroundColor: '#ffffff',
    textStyle: { fontFamily: FONT, color: INK },
    title: {
      text: title,
      subtext: subtitle,
      left: 8,
      top: 6,
      itemGap: 4,
      textStyle: { fontSize: 14, width: WIDTH - 20, overflow: 'truncate' },
      subtextStyle: { fontSize: 11, color: '#475569', width: WIDTH - 20, overflow: 'truncate' },
    },
    legend: layout.panels.map((panel, index) => legend(panel, index)),
    grid: grids,
    xAxis: grids.map((_, index) => ({
      gridIndex: index,
      type: 'value' as const,
      min: layout.domain[0],
      max: layout.domain[1],
      axisLabel: {
        show: index === last,
        formatter: (ms: number) => secondsLabel(ms, layout.domain),
        hideOverlap: true,
      },
      axisTick: { show: index === last },
      axisLine: { show: true, onZero: false, lineStyle: { color: '#94a3b8' } },
      splitLine: { lineStyle: { color: FAINT } },
      splitNumber: 12,
      ...(index === last
        ? {
            name: 'seconds since the attempt began',
            nameLocation: 'middle' as const,
            nameGap: 26,
            nameTextStyle: { color: '#475569' },
          }
        : {}),
    })),
    yAxis: [...layout.panels.map((panel, index) => panelAxis(panel, index)), rowAxis(layout, last)],
    series: [
      ...layout.panels.flatMap((panel, index) => panelSeries(panel, index)),
      ...rowSeries(layout, last),
      ...grids.map((_, index) => overlay(layout, index)),
    ],
    graphic: kindLegend(layout),
  };
}

function secondsLabel(ms: number, [from, until]: readonly [number, number]): string {
  return (ms / 1000).toFixed(until - from < 3000 ? 2 : until - from < 30_000 ? 1 : 0);
}

// ECharts finds a legend's series by name, and two panels may have series of the same name.
const seriesName = (panel: number, name: string): string => `${panel}:${name}`;

function legend(panel: Panel, index: number) {
  return {
    top: panel.top - 24,
    right: PLOT.right,
    selectedMode: false,
    icon: 'circle',
    itemWidth: 8,
    itemHeight: 8,
    itemGap: 26,
    textStyle: { fontSize: 11, color: INK },
    formatter: (name: string) => name.slice(name.indexOf(':') + 1),
    data: panel.series.map((series) => seriesName(index, series.name)),
  };
}

function panelAxis(panel: Panel, index: number) {
  return {
    gridIndex: index,
    type: 'value' as const,
    scale: true,
    splitNumber: 3,
    name: panel.title,
    nameLocation: 'end' as const,
    nameGap: 18,
    nameTextStyle: {
      align: 'left' as const,
      fontSize: 11,
      fontWeight: 'bold' as const,
      color: INK,
      padding: [0, 0, 0, 4],
    },
    minInterval: panel.style === 'steps' ? 1 : 0,
    axisLabel: { fontSize: 10, color: '#475569' },
    splitLine: { lineStyle: { color: FAINT } },
  };
}

function panelSeries(panel: Panel, index: number): readonly SeriesOption[] {
  return panel.series.map((series) => {
    const shared = {
      name: seriesName(index, series.name),
      xAxisIndex: index,
      yAxisIndex: index,
      itemStyle: { color: series.color },
      data: series.points.map(([at, value]) => [at, value]),
    };
    return panel.style === 'dots'
      ? { ...shared, type: 'custom' as const, silent: true, renderItem: allDots(series.points, series.color) }
      : {
          ...shared,
          type: 'line' as const,
          step: 'end' as const,
          symbolSize: 4,
          showSymbol: series.points.length < 200,
          lineStyle: { color: series.color, width: 1.5 },
        };
  });
}

/** All dots of a series as one path: a dot is a line without length under round caps, 20 bytes instead of 250. */
function allDots(
  points: Panel['series'][number]['points'],
  color: string,
): NonNullable<CustomSeriesOption['renderItem']> {
  return (params, api) => {
    if (params.dataIndex !== 0) return null;
    const pathData = points
      .map((point) => api.coord([...point]))
      .map(([x = 0, y = 0]) => `M${x.toFixed(1)} ${y.toFixed(1)}h0.01`)
      .join('');
    return {
      type: 'path',
      shape: { pathData },
      style: { stroke: color, lineWidth: 3, lineCap: 'round', fill: 'none' },
    };
  };
}

function rowAxis(layout: Layout, index: number) {
  return {
    gridIndex: index,
    type: 'category' as const,
    inverse: true,
    data: layout.rows.map((row, place) => ({ value: `${place}:${row.label}` })),
    axisLabel: {
      interval: 0,
      width: PLOT.left - 20,
      overflow: 'truncate' as const,
      fontSize: 11,
      color: INK,
      formatter: (text: string) => text.slice(text.indexOf(':') + 1),
    },
    axisTick: { show: false },
    axisLine: { lineStyle: { color: '#94a3b8' } },
    splitLine: { show: false },
  };
}

function rowSeries(layout: Layout, axis: number): readonly SeriesOption[] {
  const marks = layout.rows.flatMap((row, place) => row.marks.map((mark) => ({ mark, place })));
  const series: CustomSeriesOption = {
    type: 'custom',
    xAxisIndex: axis,
    yAxisIndex: axis,
    silent: true,
    data: marks.map(({ mark, place }) => [mark.at, place, mark.until ?? mark.at]),
    renderItem: (params, api): CustomSeriesRenderItemReturn => {
      const mark = marks[params.dataIndex]?.mark;
      if (mark === undefined) return null;
      const [x = 0, y = 0] = api.coord([api.value(0), api.value(1)]);
      const [end = x] = api.coord([api.value(2), api.value(1)]);
      const bar = mark.until !== undefined;
      const text = {
        text: mark.label,
        x: mark.side === 'left' ? x - 9 : x + (bar ? 4 : 9),
        y,
        fill: INK,
        font: `11px ${FONT}`,
        verticalAlign: 'middle' as const,
        align: mark.side === 'left' ? ('right' as const) : ('left' as const),
      };
      const shape = bar
        ? {
            type: 'rect' as const,
            shape: { x, y: y - 8, width: Math.max(2, end - x), height: 16, r: 2 },
            style: {
              fill: mark.color,
              opacity: mark.color.startsWith('#cb') || mark.color.startsWith('#fc') ? 1 : 0.35,
            },
          }
        : {
            type: 'polygon' as const,
            shape: {
              points: [
                [x, y - 6],
                [x + 5, y],
                [x, y + 6],
                [x - 5, y],
              ] as [number, number][],
            },
            style: { fill: mark.color },
          };
      return { type: 'group', children: [shape, { type: 'text', style: text }] };
    },
  };
  return marks.length === 0 ? [] : [series];
}

/** Faults as lines and losses as bands through every panel: what was done, and what it cost, at one glance. */
function overlay(layout: Layout, index: number): SeriesOption {
  return {
    type: 'line',
    xAxisIndex: index,
    yAxisIndex: index,
    silent: true,
    data: [],
    markLine: {
      symbol: 'none',
      silent: true,
      lineStyle: { color: '#d55e00', type: 'dashed', width: 1.2 },
      label: {
        show: index === 0 && layout.panels.length > 0,
        formatter: '{b}',
        color: '#d55e00',
        fontSize: 11,
        distance: 2,
      },
      data: layout.faults.map((fault) => ({ xAxis: fault.at, name: `fault #${fault.number}` })),
    },
    markArea: {
      silent: true,
      itemStyle: { color: 'rgba(220, 38, 38, 0.12)' },
      data: layout.losses.map(({ from, until }) => [{ xAxis: from }, { xAxis: until }]),
    },
  };
}

function kindLegend(layout: Layout) {
  let x = 8;
  return layout.kinds.flatMap(({ kind, color }) => {
    const at = x;
    x += 24 + kind.length * 6.6;
    const y = layout.height - 16;
    return [
      {
        type: 'rect' as const,
        silent: true,
        shape: { x: at, y: y - 1, width: 10, height: 10, r: 2 },
        style: { fill: color },
      },
      {
        type: 'text' as const,
        silent: true,
        x: at + 14,
        y: y - 2,
        style: { text: kind, fill: INK, font: `11px ${FONT}` },
      },
    ];
  });
}
