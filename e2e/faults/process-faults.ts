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
    // Struck by clock-step.mjs inside the process.
    'clock stepped': { named: /wall clock was stepped/, strike: () => Promise.resolve(nothing) },
  };
}

/** Environment of a run whose wall clock jumps an hour back at the moment that its schedule says. */
export function clockStepEnv(
  faults: readonly { readonly name: string; readonly afterMs: number }[],
  startMs: number,
): Readonly<Record<string, string>> {
  const step = faults.find(({ name }) => name === 'clock stepped');
  return step === undefined
    ? {}
    : { STALEPROOF_CLOCK_STEP_MS: '-3600000', STALEPROOF_CLOCK_STEP_AFTER_MS: String(startMs + step.afterMs) };
}
