/** Programs that want what a run wants: every core, and the disk. They end with the process that started them. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Ends when its parent is gone, whatever ended that: stdin closes then. */
const withParent = "process.stdin.on('end', () => process.exit()).resume();";
// Short turns, or the end of stdin would never be seen.
const cpuHog = `${withParent} (function turn() { const end = Date.now() + 50; while (Date.now() < end); setImmediate(turn); })();`;
// One file of 128 MiB over and over, each time down to the disk.
const diskHog = `${withParent} import { openSync, writeSync, fsyncSync } from 'node:fs';
const file = openSync(process.argv[1], 'w'); const block = Buffer.alloc(2 ** 20, 0x61);
(function turn() { for (let at = 0; at < 128; at++) writeSync(file, block, 0, block.length, at * block.length); fsyncSync(file); setImmediate(turn); })();`;

export interface Hogs {
  readonly text: string;
  stop(): void;
}

/** One for each core, and one for the disk under the temporary folder. */
export function startHogs(cores = availableParallelism()): Hogs {
  const folder = mkdtempSync(join(tmpdir(), 'staleproof-hog-'));
  const start = (script: string, ...args: readonly string[]): ChildProcess =>
    spawn(process.execPath, ['--input-type=module', '--eval', script, ...args], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
  const children = Array.from({ length: cores }, () => start(cpuHog));
  children.push(start(diskHog, join(folder, 'hog')));
  return {
    text: `${cores} CPU hogs, 1 disk hog`,
    stop() {
      for (const child of children) child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
