// Starts a TypeScript entry under tsx as a child in the same process group, so that a signal reaches the run itself.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** Ends this process as the child ends. `loader` is what --import takes for tsx; `cwd` is where paths of the user are relative to. */
export function startEntry(entry, args, { cwd, loader }) {
  const child = spawn(process.execPath, ['--import', loader, entry, ...args], { cwd, stdio: 'inherit' });
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGUSR2'])
    process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 128 + constants.signals[signal]));
}
