/** `npm run bench [name] [-- arguments]`: runs e2e/bench/<name>.ts and writes reports/bench/<name>.{json,md}. */
import { mkdir, writeFile } from 'node:fs/promises';
import { EXIT } from '../harness/run/exit-codes.ts';
import { benchNamed, benchNames } from '../bench/bench-files.ts';
import { suiteCommit } from '../harness/run/suite-commit.ts';
import { markdownOf, reportOf } from '../bench/bench-report.ts';
import { runCommandLine } from './run-command-line.ts';

const HELP = `npm run bench -- NAME [options]

  check                               a look at 5,000 nodes and 100,000 pods of a stand-in API server
  check-rows                          what a look at 262,144 rows costs; needs root
  cluster
  default-run [--from FOLDER…]        the first command of the README, 10 minutes
  engine
  pcap [MEGABYTES] [ROUNDS]           400 and 7; asks tcpdump and tshark
  race [RUNS] [CELL…] [--more]        3 runs of each cell; --more adds to the samples that stand there
  udp [--rounds N] [--backend NAME] [--without-upstream]
  watch [tcp|api] [--into FOLDER] [options of npm run e2e]
Writes reports/bench/NAME.json and NAME.md. check, check-rows, engine and pcap need no cluster.
Exit code: 0 every bar held, 1 one did not, 2 nothing was measured.
`;

const output = new URL('../../reports/bench/', import.meta.url);

const [name, ...args] = process.argv.slice(2);
// Measures and writes its files before it prints: a reader who leaves early costs only the text.
await runCommandLine({ name: 'bench', withStack: true }, main);

async function main(): Promise<number> {
  if (name === '--help' || name === '-h') {
    process.stdout.write(HELP);
    return EXIT.asExpected;
  }
  const known = await benchNames();
  if (name === undefined || !known.includes(name)) {
    const wrong = name === undefined ? '' : `there is no benchmark ${name}\n`;
    process.stderr.write(`${wrong}usage: npm run bench <name>; names: ${known.join(' ')}\n`);
    return EXIT.usage;
  }
  const commit = suiteCommit();
  const report = reportOf(name, await (await benchNamed(name))(args), commit);
  const text = markdownOf(report);
  await mkdir(output, { recursive: true });
  await writeFile(new URL(`${name}.json`, output), `${JSON.stringify(report, undefined, 2)}\n`);
  await writeFile(new URL(`${name}.md`, output), text);
  process.stdout.write(`${text}\nwritten: reports/bench/${name}.json reports/bench/${name}.md\n`);
  // Nothing measured is no bar held.
  if (report.lines.length === 0) return EXIT.infrastructure;
  return report.lines.some((line) => line.holds === false) ? EXIT.failed : EXIT.asExpected;
}
