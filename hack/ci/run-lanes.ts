/**
 * CI's end-to-end part: runs the lanes one after the other, takes all clusters down, and closes with one line that also
 * counts the `npm test` of before (its outputs come as files, separated by commas). Exit 1 on any surprise.
 */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { formatDuration } from '../process/steps.ts';
import { type Tally, closingLine, parseClosingLine, remarksIn, sum } from '../test-tally.ts';
import { flakySpecs, judgeLane } from './judge-lane.ts';
import { type Lane, lanes } from './lanes.ts';
import { type ProofSlice, proofSlices } from './proof-slices.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
// The first lane of a new machine builds Kubernetes.
const laneTimeout = 40 * 60_000;
/** Nothing was judged: inconclusive, or the machine broke. */
const undecided = 2;

/** What a reader of the last page must know: CI keeps little more than the end of its output. */
const remarks: string[] = [];
const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function npmRun(script: string, args: readonly string[]): Promise<number | undefined> {
  const result = await execa('npm', ['run', '--silent', script, '--', ...args], {
    cwd: root,
    reject: false,
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: laneTimeout,
    forceKillAfterDelay: 60_000,
  });
  return result.exitCode;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

async function runLane(lane: Lane, index: number): Promise<Tally> {
  const folder = join(root, 'reports', 'ci', String(index + 1));
  say(`\n=== lane ${index + 1}: ${lane.name} (must exit ${lane.exit})`);
  const started = Date.now();
  // A good subject gets a second attempt, and the spec that needed it is told; a bad one has to fail at once.
  const attempts = lane.exit === 0 ? ['--flake-attempts', '2'] : [];
  const args = ['--setup', '--reports-folder', folder, ...attempts, ...lane.args];
  const run = (): Promise<number | undefined> => npmRun('e2e', args);
  let exit = await run();
  if (exit === undecided) {
    // A verdict is never asked for twice; a lane that gave none may try once more, and says so.
    say(`=== UNDECIDED: ${lane.name} judged not everything; once more`);
    remarks.push(`undecided: ${lane.name}, run once more`);
    exit = await run();
  }
  const results = read(join(folder, 'latest', 'results.jsonl'));
  const wrong = judgeLane(lane, exit, results);
  remarks.push(...wrong.map((line) => `failed: ${line}`));
  remarks.push(...flakySpecs(results).map((id) => `flaky: ${lane.name}: ${id}`));
  say(`=== ${wrong.length === 0 ? 'as expected' : 'SURPRISE'}: ${lane.name}, ${formatDuration(Date.now() - started)}`);
  for (const line of wrong) say(`    ${line}`);
  if (lane.last === true) await npmRun('cluster', ['down', '--all']);
  return wrong.length === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

async function runSlice({ name, script, args }: ProofSlice): Promise<Tally> {
  say(`\n=== proof: ${name} (npm run ${script})`);
  const started = Date.now();
  const exit = await npmRun(script, args);
  say(`=== ${exit === 0 ? 'as expected' : 'SURPRISE'}: ${name}, ${formatDuration(Date.now() - started)}`);
  if (exit !== 0) remarks.push(`failed: ${name}: npm run ${script} exited with ${exit ?? 'none (killed)'}`);
  return exit === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

// Words after the file select lanes by name: a way to try one.
const words = process.argv.slice(3);
const isChosen = ({ name }: { readonly name: string }): boolean =>
  words.length === 0 || words.some((word) => name.includes(word));
const chosen = lanes.filter(isChosen);
const tallies: Tally[] = (process.argv[2] ?? '').split(',').map((file) => {
  const output = read(file) ?? '';
  remarks.push(...remarksIn(output).map((line) => `${basename(file, '.txt')}: ${line}`));
  return parseClosingLine(output) ?? { passed: 0, failed: 1, skipped: 0 };
});
for (const slice of proofSlices.filter(isChosen)) tallies.push(await runSlice(slice));
for (const [index, lane] of chosen.entries()) tallies.push(await runLane(lane, index));
await npmRun('cluster', ['down', '--all']);
const collected = await npmRun('gc', []);
tallies.push({ passed: collected === 0 ? 1 : 0, failed: collected === 0 ? 0 : 1, skipped: 0 });
const total = sum(tallies);
say('');
for (const remark of remarks) say(remark);
say(closingLine(total));
process.exit(total.failed === 0 ? 0 : 1);
