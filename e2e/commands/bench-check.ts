/** `npm run bench:check`: benchmarks once more, and whether a ratio got worse than the committed run could have been. */
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benchNamed } from '../bench/bench-files.ts';
import { ratiosOf, regressions } from '../bench/bench-ratios.ts';
import { type BenchReport, reportOf } from '../bench/bench-report.ts';
import { EXIT } from '../harness/run/exit-codes.ts';
import { watchOutput } from '../harness/run/output.ts';

const committed = fileURLToPath(new URL('../../reports/bench/', import.meta.url));
const HELP = `npm run bench:check -- [--from FILE…] [NAME…]

  NAME         benchmarks to run and compare with reports/bench/NAME.json (engine and pcap, which need no cluster);
               cluster, default-run, race, udp and watch make one
  --from FILE  compare this report instead of running; may be repeated
Compared are ratios alone: what was measured beside a peer in one run.
Exit code: 0 no ratio got worse than the committed spread allows, 1 one did, 2 there is nothing to compare.
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' }, from: { type: 'string', multiple: true, default: [] } },
  });
  if (values.help === true) {
    process.stdout.write(HELP);
    return EXIT.asExpected;
  }
  const reports: BenchReport[] = [];
  for (const file of values.from) reports.push(await read(file));
  const named = positionals.length > 0 ? positionals : values.from.length > 0 ? [] : ['engine', 'pcap'];
  const there = await readdir(committed);
  for (const name of named) {
    if (!there.includes(`${name}.json`)) throw new RangeError(`there is no reports/bench/${name}.json to compare with`);
    // What a benchmark keeps for later runs must not change by a check.
    reports.push(reportOf(name, await (await benchNamed(name))([])));
  }
  let compared = 0;
  let worse = 0;
  for (const report of reports) {
    const was = ratiosOf(await read(`${committed}${report.name}.json`));
    const now = ratiosOf(report);
    const found = regressions(was, now);
    compared += now.length;
    worse += found.length;
    for (const { what, value } of now) {
      const bad = found.find((each) => each.what === what);
      const before = was.find((each) => each.what === what)?.value;
      const limit = bad === undefined ? '' : `, WORSE than the limit of ${bad.limit.toFixed(3)}`;
      process.stdout.write(
        `${report.name}: ${what}: ${value.toFixed(3)} (committed ${before?.toFixed(3) ?? 'none'})${limit}\n`,
      );
    }
  }
  if (compared === 0) throw new RangeError('no ratio to compare: none of these benchmarks measures a peer');
  process.stdout.write(`${compared} ratios compared, ${worse} worse\n`);
  return worse > 0 ? EXIT.failed : EXIT.asExpected;
}

async function read(file: string): Promise<BenchReport> {
  return JSON.parse(await readFile(file, 'utf8')) as BenchReport;
}

watchOutput();
main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    const usage = (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS') === true;
    process.stderr.write(`staleproof bench:check: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = usage ? EXIT.usage : EXIT.infrastructure;
  },
);
