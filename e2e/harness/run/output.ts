/**
 * What happens when stdout can no longer be written. Node tells that by an event which, without a listener, becomes a stray
 * error; telling that one is the next write that fails, for ever.
 */
import { EXIT } from './exit-codes.ts';

export interface LostOutput {
  /** `stdout is closed (EPIPE)`. */
  readonly reason: string;
  /** The reader has left, as in `| head -1`, or the terminal is gone; otherwise the disk under the output refuses. */
  readonly readerLeft: boolean;
}

const READER_LEFT: readonly (string | undefined)[] = ['EPIPE', 'EIO', 'ECONNRESET'];
const leave = ({ readerLeft }: LostOutput): void => process.exit(readerLeft ? EXIT.closedOutput : EXIT.infrastructure);

let act: ((lost: LostOutput) => void) | undefined;

/**
 * `onLost` is called once, in place of that of an earlier call. Without it the process ends at once, as others do: right for
 * whoever only prints. Who holds something takes it back first. A stderr that nobody reads never ends anything.
 * Output that a disk refused is never exit code 0.
 */
export function watchOutput(onLost: (lost: LostOutput) => void = leave): void {
  const first = act === undefined;
  act = onLost;
  if (!first) return;
  let lost = false;
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (lost) return;
    lost = true;
    const readerLeft = READER_LEFT.includes(error.code);
    if (!readerLeft)
      process.once('exit', (code) => {
        if (code === EXIT.asExpected) process.exitCode = EXIT.infrastructure;
      });
    const what = readerLeft ? 'is closed' : 'cannot be written';
    act?.({ reason: `stdout ${what} (${error.code ?? error.message})`, readerLeft });
  });
}
