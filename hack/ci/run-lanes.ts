/**
 * CI's end-to-end part: runs the lanes one after the other, takes their clusters down, and closes with one line that also
 * counts what ran before: `--doctor CODE --tests NAME=CODE…`, where reports/ci/NAME.txt is the output and CODE how it ended.
 * Words select lanes by name: a way to try one. Exit 1 on any surprise. Paths are those of the folder that it is called in.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { formatDuration } from '../process/steps.ts';
import { EXIT } from '../../e2e/harness/run/exit-codes.ts';
import { type Tally, closingLine, remarksIn, sum, tallyOfStep } from '../test-tally.ts';
import { judgeLane, mayRepeat, unprovenIn } from './judge-lane.ts';
import type { Lane } from '../../e2e/harness/area/area-in-ci.ts';
import { lanes } from './lanes.ts';
import { type ProofSlice, proofSlices } from './proof-slices.ts';

const root = process.cwd();
// The first lane of a new machine builds Kubernetes.
const laneTimeout = 40 * 60_000;
const good: Tally = { passed: 1, failed: 0, skipped: 0 };
const bad: Tally = { passed: 0, failed: 1, skipped: 0 };
/** A try that judged nothing because the machine broke, or a spec that proved nothing. */
const unjudged: Tally = { passed: 0, failed: 0, skipped: 1 };

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
  const tallies: Tally[] = [];
  const run = async () => {
    // A run that dies before it has a folder must not be judged by what an earlier one left there.
    rmSync(join(folder, 'latest'), { force: true });
    const exit = await npmRun('e2e', ['--setup', '--reports-folder', folder, ...lane.args]);
    return { exit, results: read(join(folder, 'latest', 'results.jsonl')) };
  };
  let { exit, results } = await run();
  if (mayRepeat(exit, results)) {
    say(`=== REPEATED: ${lane.name}: the machine or the cluster broke, nothing was judged; once more`);
    remarks.push(`repeated: ${lane.name}: infrastructure-error in the first try`);
    tallies.push(unjudged);
    ({ exit, results } = await run());
  }
  const wrong = judgeLane(lane, exit, results);
  remarks.push(...wrong.map((line) => `failed: ${line}`));
  for (const line of unprovenIn(lane, exit, results)) {
    remarks.push(`unproven: ${line}`);
    tallies.push(unjudged);
  }
  say(`=== ${wrong.length === 0 ? 'as expected' : 'SURPRISE'}: ${lane.name}, ${formatDuration(Date.now() - started)}`);
  for (const line of wrong) say(`    ${line}`);
  tallies.push(wrong.length === 0 ? good : bad);
  if (lane.last === true) tallies.push(await clustersDown());
  return sum(tallies);
}

/** Counts only when it goes wrong: a cluster that stays would be in the next lane's way. Those of others on this machine stay. */
async function clustersDown(): Promise<Tally> {
  // No lane has run when it is not there.
  const folder = join(root, 'reports', 'ci');
  const exit = existsSync(folder) ? await npmRun('cluster', ['down', '--made-by', folder]) : EXIT.asExpected;
  if (exit === EXIT.asExpected) return sum([]);
  remarks.push(`failed: npm run cluster -- down --made-by reports/ci exited with ${exit ?? 'none (killed)'}`);
  return bad;
}

async function runSlice({ name, script, args }: ProofSlice): Promise<Tally> {
  say(`\n=== proof: ${name} (npm run ${script})`);
  const started = Date.now();
  const exit = await npmRun(script, args);
  say(`=== ${exit === 0 ? 'as expected' : 'SURPRISE'}: ${name}, ${formatDuration(Date.now() - started)}`);
  if (exit !== 0) remarks.push(`failed: ${name}: npm run ${script} exited with ${exit ?? 'none (killed)'}`);
  return exit === 0 ? good : bad;
}

/** Of `doctor --setup`: not ready is tolerated, because what needs the rest fails or skips by itself. */
function tallyOfDoctor(exit: number | undefined): Tally {
  if (exit === EXIT.asExpected) return good;
  const text = `doctor exited with ${exit ?? 'none'}`;
  remarks.push(exit === EXIT.infrastructure ? `not ready: ${text}; what it lacks stands above` : `failed: ${text}`);
  return exit === EXIT.infrastructure ? sum([]) : bad;
}

/** `word` is NAME=CODE. */
function tallyOfTests(word: string): Tally {
  const [name = '', code] = word.split('=');
  const output = read(join(root, 'reports', 'ci', `${name}.txt`));
  const { tally, wrong } = tallyOfStep(output, codeOf(code));
  remarks.push(...remarksIn(output ?? '').map((line) => `${name}: ${line}`));
  if (wrong !== undefined) remarks.push(`failed: ${name}: ${wrong}`);
  return tally;
}

/** A code that is missing or no number is not 0. */
const codeOf = (text: string | undefined): number | undefined =>
  /^\d{1,3}$/.test(text ?? '') ? Number(text) : undefined;

async function runAll(tallies: Tally[]): Promise<void> {
  const { values, positionals: words } = parseArgs({
    allowPositionals: true,
    options: { doctor: { type: 'string' }, tests: { type: 'string', multiple: true, default: [] } },
  });
  const isChosen = ({ name }: { readonly name: string }): boolean =>
    words.length === 0 || words.some((word) => name.includes(word));
  if (values.doctor !== undefined) tallies.push(tallyOfDoctor(codeOf(values.doctor)));
  tallies.push(...values.tests.map(tallyOfTests));
  for (const slice of proofSlices.filter(isChosen)) tallies.push(await runSlice(slice));
  for (const [index, lane] of lanes.filter(isChosen).entries()) tallies.push(await runLane(lane, index));
  tallies.push(await clustersDown());
  const collected = await npmRun('gc', []);
  if (collected !== 0) remarks.push(`failed: npm run gc exited with ${collected ?? 'none (killed)'}`);
  tallies.push(collected === 0 ? good : bad);
}

const tallies: Tally[] = [];
try {
  await runAll(tallies);
} catch (error) {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  remarks.push(`failed: the lanes themselves: ${String(error).split('\n')[0] ?? ''}`);
  tallies.push(bad);
}
const total = sum(tallies);
say('');
for (const remark of remarks) say(remark);
say(closingLine(total));
process.exitCode = total.failed === 0 ? 0 : 1;
