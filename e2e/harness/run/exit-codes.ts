/** What the process says to its caller; documented in the README and relied on by CI. */
import { constants } from 'node:os';

export const EXIT = {
  asExpected: 0,
  failed: 1,
  infrastructure: 2,
  usage: 64,
  sigint: 130,
  /** What a shell shows for a command whose reader has left: 128 + SIGPIPE. */
  closedOutput: 141,
} as const;

/** Signals that ask for the end: a terminal that went away, Ctrl-C, Ctrl-\, and what `kill` and schedulers send. */
export const ENDING_SIGNALS = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const satisfies readonly NodeJS.Signals[];

/** 129, 130, 131, 143, as a shell shows them. */
export const exitCodeOfSignal = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];
