/** What a benchmark leaves in reports/bench/: JSON for machines, Markdown for people. */
import { cpus, loadavg, release, totalmem } from 'node:os';
import { holdsBar, type BenchLine } from './bench-line.ts';

export interface BenchReport {
  readonly name: string;
  /** What was measured. */
  readonly commit?: string;
  readonly wall: string;
  readonly machine: Readonly<Record<string, string>>;
  readonly lines: readonly (BenchLine & { readonly holds?: boolean })[];
}

/** The load average stands in it because a busy machine measures itself. */
export function reportOf(
  name: string,
  lines: readonly BenchLine[],
  commit?: string,
  now: Date = new Date(),
): BenchReport {
  return {
    name,
    ...(commit === undefined ? {} : { commit }),
    wall: now.toISOString(),
    machine: {
      cores: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
      memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
      kernel: release(),
      node: process.version,
      load: loadavg()
        .map((each) => each.toFixed(1))
        .join(' '),
    },
    lines: lines.map((line) => {
      const holds = holdsBar(line);
      return { ...line, ...(holds === undefined ? {} : { holds }) };
    }),
  };
}

export function markdownOf(report: BenchReport): string {
  const machine = Object.entries(report.machine).map(([key, value]) => `${key} ${value}`);
  const rows = report.lines.map((line) => {
    const spread =
      line.spread === undefined
        ? ''
        : `${number(line.spread[0])} – ${number(line.spread[1])} (n = ${line.samples ?? 0})`;
    const bar = line.bar === undefined ? '' : `${number(line.bar)} ${line.holds === true ? '✓' : '✗'}`;
    return `| ${line.what} | ${number(line.value)} ${line.unit} | ${spread} | ${bar} |`;
  });
  return [
    `# Benchmark: ${report.name}`,
    '',
    `${report.wall}; commit ${report.commit ?? 'unknown'}; ${machine.join(', ')}. Values are medians; the spread is least to greatest.`,
    '',
    '| what | value | spread | bar |',
    '|---|---:|---:|---:|',
    ...rows,
    '',
  ].join('\n');
}

function number(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3).replace(/\.?0+$/, '');
}
