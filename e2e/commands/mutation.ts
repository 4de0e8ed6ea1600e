/** `npm run prove -- mutation`: changes the code that judges, one place at a time, and looks whether a test notices. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { EXIT } from '../harness/run/exit-codes.ts';
import { instrument } from '../mutation/instrument.ts';
import { BAR, FILE_BAR, holdsBar, scoreOf, survivorsText, writeTable } from '../mutation/mutation-table.ts';
import { runMutants } from '../mutation/run-mutants.ts';
import { scopeOf } from '../mutation/scope.ts';
import { WorkerProcess } from '../mutation/worker-process.ts';
import { isParseArgsError, runCommandLine } from './run-command-line.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const HELP = `npm run prove -- mutation [--survivors] [--out DIR] [WORD…]

  WORD         sources of e2e/areas and e2e/harness whose path has it (what decides verdicts); no table then
  --survivors  print every mutant that no test noticed
  --out DIR    where the table goes (reports/mutation)
Exit code: 0 the score is ${BAR} % or more, and ${FILE_BAR} % in each file, 1 it is not, 2 a test fails although nothing was changed.
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      survivors: { type: 'boolean' },
      out: { type: 'string', default: 'reports/mutation' },
    },
  });
  if (values.help === true) {
    process.stdout.write(HELP);
    return EXIT.asExpected;
  }
  const scope = scopeOf(root, positionals);
  const folder = mkdtempSync(join(tmpdir(), 'staleproof-mutation-'));
  const worker = new WorkerProcess(folder, scope.tests);
  try {
    const mutants = await instrument(root, folder, scope);
    const say = (line: string): void => void process.stderr.write(`${line}\n`);
    say(`${mutants.length} mutants in ${scope.sources.length} files, ${scope.tests.length} test files`);
    const every = Math.max(100, Math.ceil(mutants.length / 20));
    const results = await runMutants(mutants, worker, (done) => {
      if (done % every === 0) say(`${done} of ${mutants.length}`);
    });
    const score = scoreOf(results);
    // Before anything is printed: a reader who leaves early ends the process.
    if (positionals.length === 0) await writeTable(resolve(root, values.out), results);
    if (values.survivors === true) process.stdout.write(survivorsText(results));
    process.stdout.write(`mutation score ${score.percent.toFixed(1)} % (${score.killed} of ${score.mutants} killed)\n`);
    return holdsBar(results) ? EXIT.asExpected : EXIT.failed;
  } finally {
    worker.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

void runCommandLine({ name: 'mutation', isUsage: isParseArgsError }, main);
