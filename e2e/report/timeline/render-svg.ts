/** Renders an ECharts option to an SVG string without a browser; the same option gives the same string. */
import { createHash } from 'node:crypto';
import type { EChartsOption } from 'echarts';

/** `id` must differ between pictures of one document: ids inside the SVG are made from it. */
export async function renderSvg(
  id: string,
  width: number,
  height: number,
  option: EChartsOption,
  /** What the picture is, for who cannot see it; the text must be safe within an attribute. */
  label = 'picture of measures over time',
): Promise<string> {
  const echarts = await import('echarts');
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption(option);
    const prefix = `p${createHash('sha256').update(id).digest('hex').slice(0, 10)}-`;
    // ECharts counts ids over the whole process and adds classes for a mouse that a picture does not have.
    return chart
      .renderToSVGString()
      .replace(/<style\s*>[\s\S]*?<\/style>/g, '')
      .replace(/ class="zr[^"]*"/g, '')
      .replace(/ pointer-events="visible"/g, '')
      .replace(/\bzr\d+-/g, prefix)
      .replace('<svg ', `<svg role="img" aria-label="${label.replace(/[^\w ./@+#·:-]/g, ' ')}" `);
  } finally {
    chart.dispose();
  }
}
