/**
 * `npm test`: the suite's own tests. Types, lint, format and dead code first, then every `*.test.ts`; `--cluster` adds the
 * `*.cluster.test.ts` that need root, Docker or a cluster; `--newest-lts` runs them on the newest Node.js with long-term
 * support in place of this one. Words filter by path: `npm test -- journal`.
 * Closes with `N passed, N failed, N skipped`; exit 0, 1, or 64 on bad usage.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import Mocha from 'mocha';
import { closingLine, type Tally } from '../../hack/test-tally.ts';
import { watchOutput } from '../harness/run/output.ts';
import { isParseArgsError } from './run-command-line.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const usage = 'usage: npm test [-- [--cluster] [--no-lint] [--newest-lts] [WORD…]]';

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
const firstLine = (error: unknown): string => String(error).split('\n')[0] ?? '';

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

/**
 * A test that waits for something that never comes must not hang CI: mocha's own timeout ends it. On a machine of CI, which
 * nobody watches, a failed test gets a second attempt and is told as flaky when it passes then.
 */
async function runMocha(files: readonly string[]): Promise<Tally> {
  const mocha = new Mocha({ timeout: 120_000, forbidOnly: true, reporter: process.stdout.isTTY ? 'spec' : 'dot' });
  mocha.suite.retries(process.env.CI === undefined ? 0 : 1);
  for (const file of files) mocha.addFile(`${root}${file}`);
  await mocha.loadFilesAsync();
  return new Promise((resolve) => {
    const runner = mocha.run(() => {
      const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
      sayLongest(durations);
      resolve({ passed: passes, failed: failures, skipped: pending });
    });
    const first = new Map<string, string>();
    const durations = new Map<string, number>();
    runner.on('retry', (test: Mocha.Test, error: unknown) => {
      first.set(test.fullTitle(), firstLine(error));
    });
    runner.on('pass', (test: Mocha.Test) => {
      durations.set(test.fullTitle(), test.duration ?? 0);
      const before = first.get(test.fullTitle());
      if (before !== undefined) remarks.push(`flaky: ${test.fullTitle()}: ${before}`);
    });
    runner.on('fail', (test: Mocha.Test, error: unknown) => {
      remarks.push(`failed: ${test.fullTitle()}: ${firstLine(error)}`);
    });
  });
}

/** What a shorter run has to begin with. */
function sayLongest(durations: ReadonlyMap<string, number>): void {
  const longest = [...durations].sort(([, a], [, b]) => b - a).slice(0, LONGEST);
  for (const [title, ms] of longest.filter(([, each]) => each >= LONG_MS))
    process.stdout.write(`long: ${(ms / 1000).toFixed(1)} s ${title}\n`);
}

function strays(): () => number {
  let count = 0;
  // mocha swallows rejections that nobody awaits; a green with one of them is no green.
  process.on('unhandledRejection', (reason) => {
    count++;
    remarks.push(`failed: unhandled rejection: ${firstLine(reason)}`);
    process.stdout.write(
      `unhandled rejection: ${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}\n`,
    );
  });
  return () => count;
}

/** The same command on another runtime, fetched when it is not there; types, lint and format do not depend on it. */
async function onNewestLts(argv: readonly string[]): Promise<number> {
  const { ensureNodeRuntime, newestLtsVersion } = await import('../../hack/images/node-runtime.ts');
  const { createSteps } = await import('../../hack/process/steps.ts');
  const steps = createSteps((line) => void process.stderr.write(`${line}\n`));
  const { path } = await ensureNodeRuntime({ steps }, newestLtsVersion);
  const rest = argv.filter((word) => word !== '--newest-lts');
  const { exitCode } = await execa(path, ['--import', 'tsx', fileURLToPath(import.meta.url), '--no-lint', ...rest], {
    cwd: root,
    reject: false,
    stdio: 'inherit',
  });
  return exitCode ?? 1;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      cluster: { type: 'boolean', default: false },
      lint: { type: 'boolean', default: true },
      'newest-lts': { type: 'boolean', default: false },
    },
    allowNegative: true,
  });
  if (values['newest-lts']) return onNewestLts(process.argv.slice(2));
  const files = testFiles(positionals, values.cluster);
  if (files.length === 0)
    throw Object.assign(new Error(`no test file matches ${positionals.join(' ')}`), { code: 'ERR_PARSE_ARGS' });
  process.stdout.write(`staleproof: ${files.length} test files on Node ${process.versions.node}\n`);
  const late = strays();
  const lint = values.lint && positionals.length === 0 ? await check() : { passed: 0, failed: 0, skipped: 0 };
  const tests = await runMocha(files);
  const total = {
    passed: lint.passed + tests.passed,
    failed: lint.failed + tests.failed + late(),
    skipped: lint.skipped + tests.skipped,
  };
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
