/** `npm run report -- merge|render|trend|conformance|repeats|compat|diff|repro …`: reports from results that already exist. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { consoleSummary } from '../report/console-summary.ts';
import { findRuns } from '../report/find-runs.ts';
import { partOf, partText } from '../report/merge-parts.ts';
import { mergeRuns, readMerged } from '../report/merge.ts';
import { exitCodeOfReport, reportOf } from '../report/report-data.ts';
import { readRun } from '../report/run-record.ts';
import { REPORT_FORMATS, type ReportFormat, summaryOf, writeReports } from '../report/write-reports.ts';
import { watchOutput } from '../harness/run/output.ts';
import { shown } from '../harness/run/shown.ts';

const HELP = `npm run report -- <command> [options] [DIR…]

  merge DIR…         one report of all runs below the folders: JUnit, HTML, tables spec × subject × family
      --out FOLDER     where to (reports/merged)
  render DIR…        write the reports of each run again from its results.jsonl
  trend [DIR…]       a page over the last runs (default: reports): verdicts, loss windows, latencies
      --last N         how many runs (20)
      --out FOLDER     where to (reports/trend)
  conformance DIR…   conformance reports of the runs, one per subject and family
      --out FOLDER     where to (reports/conformance)
  repeats DIR…       what many passes over the same specs say: how many in a row, verdicts, durations, measures
      --out FOLDER     where to (reports/repeats)
  compat [DIR…]      what each release does, as data and as a page; takes in the releases that the runs below the folders judged
      --out FOLDER     where to, and where the measurements of before are (reports/compat)
  diff RUN [RUN]     what two runs say differently of the same claims, and what else is not the same
      --subjects A,B   of the first run only A, of the last only B: two subjects of one run, or of two
  repro RUN SPEC     a folder with which somebody without this suite sees the failure again: script, steps, evidence
      --out FOLDER     where to (repro/<spec>); has to be empty
      --anonymise      names and addresses of the cluster are replaced
      --payload        captures keep what their packets carry
  docs               write the table of contents and the list of specs in docs/

  --formats LIST     for merge and render, of: ${REPORT_FORMATS.join(', ')}
  --help

Exit code of merge: 0 all as expected, 1 a verdict is fail or unexpected-pass, 2 something could not be judged, or a shard
is missing, given twice or of another run. What was merged stands in parts.json.
Exit code of diff: 0 nothing differs, 1 a claim has another answer or fails in another way, 2 something could not be compared.
`;

class UsageError extends Error {}

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parse(argv);
  const [command, ...folders] = positionals;
  if (values.help === true || command === undefined) {
    process.stdout.write(shown(HELP));
    return values.help === true ? 0 : 64;
  }
  const formats = values.formats === undefined ? {} : { formats: values.formats.split(',').map(knownFormat) };
  switch (command) {
    case 'merge': {
      const out = values.out ?? 'reports/merged';
      const { report, files } = await mergeRuns(needed(folders, command), out, formats);
      const parts = report.runs.map((run) => `${partText(partOf(run))}\n`);
      process.stdout.write(shown(`${parts.join('')}\n${consoleSummary(report, files, { folder: out })}\n`));
      return exitCodeOfReport(report);
    }
    case 'render':
      for (const folder of await findRuns(needed(folders, command)))
        process.stdout.write(shown(`${await summaryOf(folder, await writeReports(folder, formats))}\n`));
      return 0;
    case 'trend':
      return trend(
        folders.length === 0 ? ['reports'] : folders,
        values.out ?? 'reports/trend',
        wholeNumber(values.last ?? '20'),
      );
    case 'conformance':
      return conformance(needed(folders, command), values.out ?? 'reports/conformance');
    case 'repeats':
      return repeats(needed(folders, command), values.out ?? 'reports/repeats');
    case 'compat':
      return compat(folders, values.out ?? 'reports/compat');
    case 'diff':
      return diff(folders, values.subjects?.split(','));
    case 'repro':
      return repro(folders, values);
    case 'docs':
      return docs('docs');
    default:
      throw new UsageError(
        `unknown command "${command}"; allowed: merge, render, trend, conformance, repeats, compat, diff, repro, docs`,
      );
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        out: { type: 'string' },
        last: { type: 'string' },
        formats: { type: 'string' },
        subjects: { type: 'string' },
        anonymise: { type: 'boolean' },
        payload: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function needed(folders: readonly string[], command: string): readonly string[] {
  if (folders.length === 0) throw new UsageError(`${command} needs at least one folder, such as reports/latest`);
  return folders;
}

function knownFormat(name: string): ReportFormat {
  const format = REPORT_FORMATS.find((known) => known === name);
  if (format === undefined) throw new UsageError(`unknown format "${name}"; allowed: ${REPORT_FORMATS.join(', ')}`);
  return format;
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new UsageError(`--last ${text}: expected a number from 1 to 99999`);
  return Number(text);
}

async function trend(folders: readonly string[], out: string, last: number): Promise<number> {
  const { trendOf } = await import('../report/trend/trend-data.ts');
  const { trendPage } = await import('../report/trend/trend-page.ts');
  const runs = await Promise.all((await findRuns(folders)).map((folder) => readRun(folder)));
  const data = trendOf(runs, last);
  if (data.runs.length === 0) throw new UsageError(`no run was found below ${folders.join(', ')}`);
  await mkdir(out, { recursive: true });
  const page = join(out, 'index.html');
  await writeFile(page, await trendPage(data));
  process.stdout.write(shown(`${data.runs.length} runs, ${data.rows.length} rows: ${page}\n`));
  return 0;
}

async function docs(folder: string): Promise<number> {
  const { execa } = await import('execa');
  const { areas } = await import('../areas/index.ts');
  const { writeContents } = await import('../report/documents/contents.ts');
  const { specListPage } = await import('../report/documents/spec-list.ts');
  const listed = async (...options: readonly string[]): Promise<unknown> =>
    JSON.parse((await execa(process.execPath, ['--import', 'tsx', 'e2e/cli.ts', ...options])).stdout) as unknown;
  const page = join(folder, 'specs.md');
  const all = await listed('--list', 'json', '--nightly');
  await writeFile(page, specListPage(all, await listed('--list-subjects', 'json')));
  const areaPages = areas.all.map(({ page: one }) => one);
  process.stdout.write(
    shown(`${page}
${await writeContents(folder, areaPages)}
`),
  );
  return 0;
}

async function conformance(folders: readonly string[], out: string): Promise<number> {
  const { conformanceReports, conformanceYaml } = await import('../report/conformance-report.ts');
  for (const [name, document] of conformanceReports(await readMerged(folders, out))) {
    await writeFile(join(out, `${name}.yaml`), conformanceYaml(document));
    process.stdout.write(shown(`${join(out, `${name}.yaml`)}\n`));
  }
  const { writeConformanceIndex } = await import('../report/conformance-index.ts');
  process.stdout.write(shown(`${await writeConformanceIndex(out)}\n`));
  return 0;
}

async function repeats(folders: readonly string[], out: string): Promise<number> {
  const { repeatsOf } = await import('../report/repeats/repeat-data.ts');
  const { repeatPage } = await import('../report/repeats/repeat-page.ts');
  const runs = await Promise.all((await findRuns(folders)).map((folder) => readRun(folder)));
  await mkdir(out, { recursive: true });
  for (const one of repeatsOf(runs)) {
    const page = join(out, `${`${one.subject}-${one.family}`.replace(/[^\w.+@-]+/g, '-')}.md`);
    await writeFile(
      page,
      repeatPage(one, runs.find(({ name }) => name === one.passes.at(-1)?.run)?.start?.facts ?? {}),
    );
    process.stdout.write(shown(`${page}: ${one.inARow} of ${one.passes.length} passes in a row as expected\n`));
  }
  return 0;
}

async function compat(folders: readonly string[], out: string): Promise<number> {
  const { composition } = await import('../compose/composition.ts');
  const { compatDefects } = await import('../check/packaged-data.ts');
  const { writeCompat } = await import('../report/compat/write-compat.ts');
  const runs = await Promise.all(
    (folders.length === 0 ? [] : await findRuns(folders)).map((folder) => readRun(folder)),
  );
  const { files, added, all } = await writeCompat(out, runs, compatDefects(await composition.defectTables()));
  process.stdout.write(shown(`${added} measurements of ${runs.length} runs, ${all} in all\n${files.join('\n')}\n`));
  if (runs.length === 0 || added > 0) return 0;
  process.stderr.write(shown(`report: no run below ${folders.join(', ')} judged a release that says its version\n`));
  return 2;
}

async function diff(folders: readonly string[], subjects: readonly string[] | undefined): Promise<number> {
  const [first, last = first, ...more] = folders;
  if (first === undefined || last === undefined || more.length > 0 || (folders.length < 2 && subjects === undefined))
    throw new UsageError('diff needs two runs, or one and --subjects A,B: npm run report -- diff reports/a reports/b');
  const [one, other, ...others] = subjects ?? [];
  if (subjects !== undefined && (!one || !other || others.length > 0))
    throw new UsageError(`--subjects ${subjects.join(',')}: expected two names with a comma between them`);
  const { diffOf, ofSubject } = await import('../report/diff/run-diff.ts');
  const { diffText, exitCodeOfDiff } = await import('../report/diff/diff-text.ts');
  const side = async (folder: string, subject: string | undefined) => {
    const runs = await Promise.all((await findRuns([folder])).map((run) => readRun(run)));
    if (runs.length === 0) throw new Error(`no run (a folder with results.jsonl) was found below ${folder}`);
    return subject === undefined ? reportOf(runs) : ofSubject(reportOf(runs), subject);
  };
  const found = diffOf(await side(first, one), await side(last, other));
  process.stdout.write(shown(`${diffText(found)}\n`));
  return exitCodeOfDiff(found);
}

async function repro(
  given: readonly string[],
  values: { readonly out?: string; readonly anonymise?: boolean; readonly payload?: boolean },
): Promise<number> {
  const [folder, spec, ...more] = given;
  if (folder === undefined || spec === undefined || more.length > 0)
    throw new UsageError('repro needs a run and a spec: npm run report -- repro reports/latest udp/zero-to-one');
  const { writeBundle } = await import('../repro/repro-bundle.ts');
  const out = values.out ?? join('repro', spec.replaceAll('/', '-'));
  const [run = folder, ...others] = await findRuns([folder]);
  if (others.length > 0) throw new UsageError(`${folder} holds ${others.length + 1} runs; name one of them`);
  const lacks = await writeBundle(run, spec, out, {
    anonymise: values.anonymise === true,
    payload: values.payload === true,
  });
  process.stdout.write(shown([join(out, 'README.md'), ...lacks, ''].join('\n')));
  return 0;
}

watchOutput();
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(shown(`report: ${error instanceof Error ? error.message : String(error)}\n`));
  process.exitCode = error instanceof UsageError ? 64 : 2;
}
