/** Test files in several processes: the longest first, each process takes the next one when it is done with the last. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FileResult } from './test-messages.ts';

export interface RunFilesOptions {
  readonly processes: number;
  /** A file that is silent for as long has hung: its process is ended and the file has failed. */
  readonly hungAfterMs: number;
  readonly onResult: (result: FileResult) => void;
  /** Started instead of the real worker by this module's own test. */
  readonly worker?: string;
}

const ownWorker = fileURLToPath(new URL('test-worker.ts', import.meta.url));

/** Resolves when every file has a result; a process that dies is one failure of the file that it ran, and is replaced. */
export async function runFiles(files: readonly string[], options: RunFilesOptions): Promise<readonly FileResult[]> {
  const waiting = [...files];
  const results: FileResult[] = [];
  const take = (result: FileResult): void => {
    results.push(result);
    options.onResult(result);
  };
  const row = async (): Promise<void> => {
    while (waiting.length > 0) {
      const died = await serve(waiting, take, options);
      if (died === undefined) return;
      take(died);
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.processes, files.length) }, row));
  return results;
}

/** One process until no file waits; the result of the file that it died on, undefined when it ended well. */
function serve(
  waiting: string[],
  take: (result: FileResult) => void,
  { worker = ownWorker, hungAfterMs }: RunFilesOptions,
): Promise<FileResult | undefined> {
  const child: ChildProcess = fork(worker, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  let current: string | undefined;
  let started = performance.now();
  let hung: NodeJS.Timeout | undefined;
  const next = (): void => {
    clearTimeout(hung);
    current = waiting.shift();
    started = performance.now();
    if (current === undefined) {
      child.removeAllListeners('exit');
      child.disconnect();
      return;
    }
    hung = setTimeout(() => child.kill('SIGKILL'), hungAfterMs);
    child.send(current);
  };
  return new Promise((resolve) => {
    child.on('message', (message: FileResult | 'ready') => {
      if (message !== 'ready') take(message);
      next();
      if (current === undefined) resolve(undefined);
    });
    child.on('exit', (code, signal) => {
      clearTimeout(hung);
      // A process that cannot even start is told once, for the file that would have been its first.
      const file = current ?? waiting.shift();
      if (file === undefined) return resolve(undefined);
      const seconds = ((performance.now() - started) / 1000).toFixed(0);
      const how = signal === null ? `exit code ${code ?? 'none'}` : signal;
      const remark = `failed: ${file}: its process ended with ${how} after ${seconds} s`;
      const tally = { passed: 0, failed: 1, skipped: 0 };
      resolve({ file, tally, tookMs: performance.now() - started, durations: {}, remarks: [remark], output: remark });
    });
  });
}
