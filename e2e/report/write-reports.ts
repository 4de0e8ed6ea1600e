/**
 * Writes a run's reports into its folder. Called after every run, also when the cluster never came up; each report is a
 * function of results.jsonl alone, so `npm run report -- render DIR` makes the same files again.
 */
import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeContained } from '../harness/run/contained-path.ts';
import { consoleSummary, type SummaryLayout } from './console-summary.ts';
import { type ReportData, reportOf } from './report-data.ts';
import type { Drawn } from './pictures.ts';
import { readRun } from './run-record.ts';

export const REPORT_FORMATS = ['junit', 'html', 'mochawesome', 'markdown', 'ctrf', 'conformance'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export interface ReportOptions {
  /** Default: all but `ctrf`. */
  readonly formats?: readonly ReportFormat[];
}

const DEFAULT_FORMATS: readonly ReportFormat[] = ['junit', 'html', 'mochawesome', 'markdown', 'conformance'];

/**
 * Returns the paths of the files that a reader opens, most useful first; timelines beside artefacts are not among them.
 * A format that cannot be written does not keep the others from being written: all are tried, then the errors are thrown.
 */
export async function writeReports(runFolder: string, options: ReportOptions = {}): Promise<readonly string[]> {
  return writeReportFiles(reportOf([await readRun(runFolder)]), runFolder, options);
}

/** The same for a report that was merged; `folder` is created. */
export async function writeReportFiles(
  report: ReportData,
  folder: string,
  options: ReportOptions = {},
): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const written: string[] = [];
  const errors: Error[] = [];
  for (const format of options.formats ?? DEFAULT_FORMATS)
    try {
      written.push(...(await WRITERS[format](report, folder)));
    } catch (error) {
      errors.push(new Error(`the ${format} report could not be written to ${folder}`, { cause: error }));
    }
  if (errors.length > 0) throw new AggregateError(errors, errors.map((error) => error.message).join('; '));
  return written.map((file) => join(folder, file));
}

/** The text that ends a run on the console. */
export async function summaryOf(
  runFolder: string,
  files: readonly string[] = [],
  layout: SummaryLayout = {},
): Promise<string> {
  return consoleSummary(reportOf([await readRun(runFolder)]), files, { ...layout, folder: runFolder });
}

type Writer = (report: ReportData, folder: string) => Promise<readonly string[]>;

const WRITERS: Readonly<Record<ReportFormat, Writer>> = {
  junit: async (report, folder) => {
    const { junitXml } = await import('./junit.ts');
    return write(folder, 'junit.xml', await junitXml(report));
  },
  html: async (report, folder) => {
    const { runPage } = await import('./html/run-page.ts');
    const { pictures } = await drawn(report, folder);
    return write(folder, 'index.html', await runPage(report, pictures));
  },
  mochawesome: async (report, folder) => {
    const { writeMochawesome } = await import('./mochawesome.ts');
    const [page = 'mochawesome.html'] = await writeMochawesome(report, folder, (await drawn(report, folder)).files);
    return [page];
  },
  markdown: async (report, folder) => {
    const { stepSummary } = await import('./step-summary.ts');
    const text = stepSummary(report);
    // GitHub names a file; what is appended to it becomes the job's summary page.
    const page = process.env['GITHUB_STEP_SUMMARY'];
    if (page !== undefined && page !== '') await appendFile(page, text);
    return write(folder, 'summary.md', text);
  },
  ctrf: async (report, folder) => {
    const { ctrfReport } = await import('./ctrf.ts');
    return write(folder, 'ctrf.json', `${JSON.stringify(ctrfReport(report), null, 2)}\n`);
  },
  conformance: async (report, folder) => {
    const { conformanceReports, conformanceYaml } = await import('./conformance-report.ts');
    const files: string[] = [];
    for (const [name, document] of conformanceReports(report))
      files.push(...(await write(folder, `conformance/${name}.yaml`, conformanceYaml(document))));
    return files;
  },
};

/** Two formats show the timelines; they are drawn once. */
const drawings = new WeakMap<ReportData, Promise<Drawn>>();

async function drawn(report: ReportData, folder: string): Promise<Drawn> {
  const { drawTimelines } = await import('./pictures.ts');
  const drawing = drawings.get(report) ?? drawTimelines(report, folder);
  drawings.set(report, drawing);
  return drawing;
}

async function write(folder: string, name: string, text: string): Promise<readonly string[]> {
  await writeContained(folder, name, text);
  return [name];
}
