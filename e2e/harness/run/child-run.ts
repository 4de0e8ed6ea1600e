/** Another entry of the suite as a child that shares the terminal. */
import { spawn } from 'node:child_process';
import { ENDING_SIGNALS, EXIT, exitCodeOfSignal } from './exit-codes.ts';

const FORWARDED = [...ENDING_SIGNALS, 'SIGUSR2'] as const;

export interface ChildRun {
  readonly cwd?: string;
  /** Default: shown. `stderr`: shown beside its errors, for a caller whose own stdout is for something else. */
  readonly stdout?: 'inherit' | 'ignore' | 'stderr';
}

/**
 * Runs `argv` under this Node.js to its end: signals to this process reach it, so that it can clean up. Resolves with its exit
 * code, 128 + n after signal n, 2 when it could not be started.
 */
export function runChild(argv: readonly string[], { cwd, stdout = 'inherit' }: ChildRun = {}): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, argv, {
      cwd,
      stdio: ['inherit', stdout === 'stderr' ? 2 : stdout, 'inherit'],
    });
    const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
    for (const signal of FORWARDED) process.on(signal, forward);
    const end = (code: number): void => {
      for (const signal of FORWARDED) process.off(signal, forward);
      resolve(code);
    };
    child.on('error', () => end(EXIT.infrastructure));
    child.on('exit', (code, signal) => end(code ?? (signal === null ? EXIT.infrastructure : exitCodeOfSignal(signal))));
  });
}
