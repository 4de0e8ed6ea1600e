/** Where schedules are played: a run of the suite, what can go wrong around it, and how to see that nothing is left. */
import type { ChildProcess } from 'node:child_process';

export interface RunCommand {
  /** Arguments of node. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** A line of its output which says that the body of the spec has begun. */
  readonly begun: string;
  /** It has to have said this by then, or nothing is struck. */
  readonly mustSay?: string;
}

/** A run while it is disturbed. */
export interface Victim {
  readonly child: ChildProcess;
  /** Below which the run writes; a file system of its own. */
  readonly reports: string;
}

export interface Fault {
  /** What its report has to say when it did any harm. */
  readonly named: RegExp;
  /** Nobody can name it: the run is gone at once. */
  readonly silent?: true;
  /** Struck once, alone and after all schedules: what is left may serve no other run. */
  readonly last?: true;
  /** Returns how to end the fault; ends by itself where it can. */
  strike(victim: Victim): Promise<() => Promise<void>>;
}

export interface World {
  readonly name: string;
  readonly faults: Readonly<Record<string, Fault>>;
  /** How long the body takes undisturbed, in milliseconds. */
  readonly bodyMs: number;
  /** By then a run has ended, whatever happened: the deadlines of the spec, its clean-up and the run's own. */
  readonly boundMs: number;
  command(
    reports: string,
    schedule: { readonly faults: readonly { readonly name: string; readonly afterMs: number }[] },
  ): RunCommand;
  /** Namespaces and sockets go a little later than the process that asked for it; then `npm run gc` is called. */
  readonly settleMs: number;
  /** Everything that a run could have changed outside of its folder. Equal before and after. */
  state(): Promise<unknown>;
  /** What `npm run gc` is here. */
  gc(): Promise<void>;
  close(): Promise<void>;
}
