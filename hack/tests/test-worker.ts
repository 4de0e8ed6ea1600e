/** A process of `npm test`: runs the test files that its parent names, one after the other, and tells how each ended. */
import { fileURLToPath } from 'node:url';
import Mocha from 'mocha';
import type { FileResult } from './test-messages.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const firstLine = (error: unknown): string => String(error).split('\n')[0] ?? '';
let strayed: unknown[] = [];

/**
 * A test that waits for something that never comes must not hang CI: mocha's own timeout ends it. On a machine of CI, which
 * nobody watches, a failed test gets a second attempt and is told as flaky when it passes then.
 */
export async function runFile(file: string): Promise<FileResult> {
  const started = performance.now();
  const remarks: string[] = [];
  const output: string[] = [];
  const durations: Record<string, number> = {};
  const first = new Map<string, string>();
  strayed = [];
  const mocha = new Mocha({ timeout: 120_000, forbidOnly: true, reporter: function Silent() {} as never });
  mocha.suite.retries(process.env['CI'] === undefined ? 0 : 1);
  mocha.addFile(`${root}${file}`);
  await mocha.loadFilesAsync();
  const stats = await new Promise<{ passed: number; failed: number; skipped: number }>((resolve) => {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    const runner = mocha.run(() => resolve(counts));
    runner.on('pending', () => counts.skipped++);
    runner.on('retry', (test: Mocha.Test, error: unknown) => void first.set(test.fullTitle(), firstLine(error)));
    runner.on('pass', (test: Mocha.Test) => {
      counts.passed++;
      durations[test.fullTitle()] = test.duration ?? 0;
      const before = first.get(test.fullTitle());
      if (before !== undefined) remarks.push(`flaky: ${test.fullTitle()}: ${before}`);
    });
    runner.on('fail', (test: Mocha.Test, error: unknown) => {
      counts.failed++;
      remarks.push(`failed: ${test.fullTitle()}: ${firstLine(error)}`);
      output.push(failureText(test.fullTitle(), error));
    });
  });
  // mocha swallows rejections that nobody awaits; a green with one of them is no green. They are told a turn later.
  await new Promise((resolve) => setImmediate(resolve));
  // Or each file would leave its listeners to the next one.
  mocha.dispose();
  for (const reason of strayed) {
    remarks.push(`failed: ${file}: unhandled rejection: ${firstLine(reason)}`);
    output.push(failureText(`${file}: unhandled rejection`, reason));
  }
  const tally = { ...stats, failed: stats.failed + strayed.length };
  return { file, tally, tookMs: performance.now() - started, durations, remarks, output: output.join('\n') };
}

function failureText(title: string, error: unknown): string {
  const { actual, expected, showDiff } = error as { actual?: unknown; expected?: unknown; showDiff?: boolean };
  const text = (value: unknown): string =>
    typeof value === 'string' ? value : value === undefined ? 'undefined' : JSON.stringify(value, null, 2);
  const difference = showDiff === true ? Mocha.reporters.Base.generateDiff(text(actual), text(expected)) : '';
  return `✗ ${title}\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n${difference}`;
}

if (process.send !== undefined && process.argv[1] === fileURLToPath(import.meta.url)) {
  process.on('unhandledRejection', (reason) => void strayed.push(reason));
  process.on('message', (file: string) => {
    void runFile(file).then(
      (result) => process.send?.(result),
      (error: unknown) => {
        const remark = `failed: ${file} does not load: ${firstLine(error)}`;
        const tally = { passed: 0, failed: 1, skipped: 0 };
        process.send?.({ file, tally, tookMs: 0, durations: {}, remarks: [remark], output: failureText(file, error) });
      },
    );
  });
  // The parent's end is ours too.
  process.on('disconnect', () => process.exit(1));
  process.send('ready');
}
