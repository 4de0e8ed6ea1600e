/** Faults of the run's own process and machine, the same in every world. */
import type { Fault } from './world.ts';
import type { SmallDisk } from './small-disk.ts';

const nothing = (): Promise<void> => Promise.resolve();

const signal = (name: NodeJS.Signals, named: RegExp): Fault => ({
  named,
  ...(name === 'SIGKILL' ? { silent: true as const } : {}),
  strike: ({ child }) => {
    child.kill(name);
    return Promise.resolve(nothing);
  },
});

export function processFaults(disk: SmallDisk): Readonly<Record<string, Fault>> {
  return {
    'kill -9': signal('SIGKILL', /^/),
    SIGTERM: signal('SIGTERM', /SIGTERM/),
    SIGINT: signal('SIGINT', /SIGINT/),
    'disk full': {
      named: /ENOSPC|no space left|disk under .* is full/i,
      strike: () => {
        disk.fill();
        return Promise.resolve(() => {
          disk.empty();
          return Promise.resolve();
        });
      },
    },
    // clock-step.mjs inside the process does it.
    'clock stepped': signal('SIGUSR2', /wall clock was stepped/),
  };
}

/** Environment of a run whose wall clock can be made to jump an hour back. */
export function clockStepEnv(faults: readonly { readonly name: string }[]): Readonly<Record<string, string>> {
  return faults.some(({ name }) => name === 'clock stepped') ? { STALEPROOF_CLOCK_STEP_MS: '-3600000' } : {};
}
