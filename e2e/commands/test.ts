/**
 * `npm test`: the suite's own tests. Types, lint, format and dead code first, then every `*.test.ts`; `--cluster` adds the
 * `*.cluster.test.ts` that need root, Docker or a cluster; `--newest-lts` runs them on the newest Node.js with long-term
 * support in place of this one, those whose outcome could depend on it. Words filter by path: `npm test -- journal`; `--changed`
 * takes the tests that stand on what differs from main, without the checks. Files are run by several processes (`--processes`).
 * Closes with `N passed, N failed, N skipped`; exit 0, 1, or 64 on bad usage.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { lastDuration, rememberDuration } from '../../hack/cache/cached-part.ts';
import { dependsOnNode, ImportGraph, testsOfChange } from '../../hack/tests/import-graph.ts';
import { runFiles } from '../../hack/tests/run-files.ts';
import type { FileResult } from '../../hack/tests/test-messages.ts';
import { closingLine, sum, type Tally } from '../../hack/test-tally.ts';
import { watchOutput } from '../harness/run/output.ts';
import { isParseArgsError } from './run-command-line.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const usage = 'usage: npm test [-- [--cluster] [--no-lint] [--newest-lts] [--changed] [--processes N] [WORD…]]';

interface Check {
  readonly name: string;
  readonly argv: readonly string[];
}

/** Two rows side by side: the linter takes as long as the others together. */
const checks: readonly (readonly Check[])[] = [
  [{ name: 'lint', argv: ['eslint', '.'] }],
  [
    { name: 'types', argv: ['tsc', '--noEmit'] },
    { name: 'format', argv: ['prettier', '--check', '--log-level', 'warn', '.'] },
    { name: 'dead code', argv: ['knip', '--no-progress'] },
  ],
];

/** Tests that are told with their time: so many at most, and from this time on. */
const LONGEST = 10;
const LONG_MS = 5000;

/** One line a failed or flaky test, told again at the end: the output above it is long. */
const remarks: string[] = [];

async function check(): Promise<Tally> {
  const holds = await Promise.all(
    checks.map(async (row) => {
      const held: boolean[] = [];
      for (const each of row) held.push(await holdsCheck(each));
      return held;
    }),
  );
  const passed = holds.flat().filter(Boolean).length;
  return { passed, failed: holds.flat().length - passed, skipped: 0 };
}

async function holdsCheck({ name, argv }: Check): Promise<boolean> {
  const [file = '', ...args] = argv;
  const started = Date.now();
  const result = await execa(file, args, { cwd: root, preferLocal: true, localDir: root, reject: false, all: true });
  const seconds = ((Date.now() - started) / 1000).toFixed(0);
  const held = result.exitCode === 0;
  process.stdout.write(`${held ? 'ok    ' : 'FAILED'} ${name} (${argv.join(' ')}, ${seconds} s)\n`);
  if (held) return true;
  remarks.push(`failed: ${name}`);
  process.stdout.write(`${result.all}\n`);
  return false;
}

function testFiles(words: readonly string[], cluster: boolean): readonly string[] {
  const found = ['e2e', 'hack', 'fixtures'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  );
  return found
    .filter((file) => file.endsWith('.test.ts'))
    .filter((file) => cluster || !file.endsWith('.cluster.test.ts'))
    .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
    .sort();
}

/** Changed since the branch left main, committed or not; paths from the root. */
async function changedFiles(): Promise<readonly string[]> {
  const git = async (...args: readonly string[]): Promise<readonly string[]> =>
    (await execa('git', args, { cwd: root })).stdout.split('\n').filter((line) => line !== '');
  const [base = 'HEAD'] = await git('merge-base', 'HEAD', 'main').catch(() => ['HEAD']);
  return [...(await git('diff', '--name-only', base)), ...(await git('ls-files', '--others', '--exclude-standard'))];
}

function concernedBy(changed: readonly string[], files: readonly string[]): readonly string[] {
  return testsOfChange(files, changed, new ImportGraph(root), (path) => readFileSync(join(root, path), 'utf8'));
}

/** A file as long as the slowest test in it may take, twice over, and its loading. */
const HUNG_MS = 15 * 60_000;

/** Where times of test files are remembered, apart from each other and from parts of the set-up. */
const durationOf = (file: string): string => `npm-test/${file.replaceAll('/', '_')}`;

/** The longest first, as last time on this machine: what comes last should be short. */
async function longestFirst(files: readonly string[]): Promise<readonly string[]> {
  const times = await Promise.all(files.map(async (file) => (await lastDuration(durationOf(file))) ?? 5_000));
  return files
    .map((file, index) => ({ file, ms: times[index] ?? 0 }))
    .sort((a, b) => b.ms - a.ms)
    .map(({ file }) => file);
}

async function runTests(files: readonly string[], processes: number): Promise<Tally> {
  const durations = new Map<string, number>();
  const ordered = await longestFirst(files);
  const onResult = ({ file, tally, tookMs, remarks: mine, output, durations: times }: FileResult): void => {
    for (const [title, ms] of Object.entries(times)) durations.set(title, ms);
    remarks.push(...mine);
    const mark = tally.failed === 0 ? 'ok    ' : 'FAILED';
    process.stdout.write(`${mark} ${file} (${tally.passed} passed, ${(tookMs / 1000).toFixed(1)} s)\n`);
    if (output !== '') process.stdout.write(`${output}\n`);
  };
  const results = await runFiles(ordered, { processes, hungAfterMs: HUNG_MS, onResult });
  await Promise.all(results.map(({ file, tookMs }) => rememberDuration(durationOf(file), tookMs)));
  sayLongest(durations);
  return sum(results.map(({ tally }) => tally));
}

/** What a shorter run has to begin with. */
function sayLongest(durations: ReadonlyMap<string, number>): void {
  const longest = [...durations].sort(([, a], [, b]) => b - a).slice(0, LONGEST);
  for (const [title, ms] of longest.filter(([, each]) => each >= LONG_MS))
    process.stdout.write(`long: ${(ms / 1000).toFixed(1)} s ${title}\n`);
}

/** The same command on another runtime, fetched when it is not there; types, lint and format do not depend on it. */
async function onNewestLts(argv: readonly string[]): Promise<number> {
  const { ensureNodeRuntime, newestLtsVersion } = await import('../../hack/images/node-runtime.ts');
  const { createSteps } = await import('../../hack/process/steps.ts');
  const steps = createSteps((line) => void process.stderr.write(`${line}\n`));
  const { path } = await ensureNodeRuntime({ steps }, newestLtsVersion);
  const rest = argv.filter((word) => word !== '--newest-lts');
  const { exitCode } = await execa(
    path,
    ['--import', 'tsx', fileURLToPath(import.meta.url), '--no-lint', '--other', ...rest],
    {
      cwd: root,
      reject: false,
      stdio: 'inherit',
    },
  );
  return exitCode ?? 1;
}

/**
 * After a whole pass on another Node.js: without what comes out the same on every one. The test of the newest release starts that
 * release by itself, whatever runs it.
 */
function isWanted(other: boolean): (file: string) => boolean {
  if (!other) return () => true;
  const graph = new ImportGraph(root);
  return (file) => !file.endsWith('/newest-lts.test.ts') && dependsOnNode(graph.of(file));
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      cluster: { type: 'boolean', default: false },
      lint: { type: 'boolean', default: true },
      'newest-lts': { type: 'boolean', default: false },
      changed: { type: 'boolean', default: false },
      other: { type: 'boolean', default: false },
      processes: { type: 'string', default: String(availableParallelism() + 1) },
    },
    allowNegative: true,
  });
  const processes = Number(values.processes);
  if (!Number.isInteger(processes) || processes < 1)
    throw Object.assign(new Error(`--processes ${values.processes}: expected a number from 1`), {
      code: 'ERR_PARSE_ARGS',
    });
  if (values['newest-lts']) return onNewestLts(process.argv.slice(2));
  const all = testFiles(positionals, values.cluster);
  if (all.length === 0)
    throw Object.assign(new Error(`no test file matches ${positionals.join(' ')}`), { code: 'ERR_PARSE_ARGS' });
  const files = values.changed ? concernedBy(await changedFiles(), all) : all.filter(isWanted(values.other));
  process.stdout.write(`staleproof: ${files.length} of ${all.length} test files on Node ${process.versions.node}\n`);
  const whole = values.lint && !values.changed && positionals.length === 0;
  const lint = whole ? await check() : { passed: 0, failed: 0, skipped: 0 };
  const total = sum([lint, await runTests(files, processes)]);
  process.stdout.write(`${[...remarks, closingLine(total)].join('\n')}\n`);
  return total.failed === 0 ? 0 : 1;
}

watchOutput();
try {
  // Sockets that a failed test left open must not keep the process.
  process.exit(await main());
} catch (error) {
  const isUsage = isParseArgsError(error);
  process.stderr.write(
    `staleproof: ${isUsage ? `${(error as Error).message}\n${usage}` : String((error as Error).stack)}\n`,
  );
  process.exit(isUsage ? 64 : 1);
}
