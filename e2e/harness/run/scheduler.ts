/**
 * Who may start now: definition order, all locks or none (no deadlock), and a task that must wait reserves what it needs,
 * so that no later task overtakes it on a lock it waits for (no starvation).
 */
import type { Lock } from './spec.ts';

export interface Task {
  readonly id: string;
  readonly locks: readonly Lock[];
  /** Job slots taken, 1 unless said otherwise. */
  readonly slots?: number;
}

/** Tasks of `pending` that start now, given those that run. Pure. */
export function pick<T extends Task>(pending: readonly T[], running: readonly Task[], jobs: number): T[] {
  const held = new Map<string, 'shared' | 'exclusive'>();
  const take = (task: Task) => {
    for (const lock of task.locks) {
      const { name, mode } = lockMode(lock);
      held.set(name, held.get(name) === 'exclusive' ? 'exclusive' : mode);
    }
  };
  running.forEach(take);
  const starting: T[] = [];
  for (const task of pending) {
    const unlocked = task.locks.every((lock) => {
      const { name, mode } = lockMode(lock);
      const holder = held.get(name);
      return holder === undefined || (holder === 'shared' && mode === 'shared');
    });
    const free = unlocked && (task.slots === 0 || used(running) + used(starting) < jobs);
    if (free) starting.push(task);
    // A waiting task's locks count as held, as it wants them: a stream of shared holders could pass one that wants a lock alone for
    // ever; those who share with it take nothing from it.
    take(task);
  }
  return starting;
}

const used = (tasks: readonly Task[]): number => tasks.reduce((sum, { slots }) => sum + (slots ?? 1), 0);

export function lockMode(lock: Lock): { readonly name: string; readonly mode: 'shared' | 'exclusive' } {
  return typeof lock === 'string' ? { name: lock, mode: 'exclusive' } : { name: lock.name, mode: 'shared' };
}

/**
 * In their order, but those that keep more than half of the others waiting come last: one of them in the middle would have
 * everything before it drained, and everything behind it wait. Pure.
 */
export function widestLast<T extends { readonly locks?: readonly Lock[] | undefined }>(tasks: readonly T[]): T[] {
  const wide = new Set(tasks.filter((task) => tasks.filter((other) => exclude(task, other)).length * 2 > tasks.length));
  return [...tasks.filter((task) => !wide.has(task)), ...tasks.filter((task) => wide.has(task))];
}

function exclude(
  { locks = [] }: { readonly locks?: readonly Lock[] | undefined },
  other: { readonly locks?: readonly Lock[] | undefined },
): boolean {
  const theirs = new Map((other.locks ?? []).map((lock) => [lockMode(lock).name, lockMode(lock).mode]));
  return locks.map(lockMode).some(({ name, mode }) => {
    const their = theirs.get(name);
    return their !== undefined && (mode === 'exclusive' || their === 'exclusive');
  });
}

/** Runs tasks under `pick`. `run` must not reject; a closed scheduler hands what has not started to `drop`. */
export class Scheduler<T extends Task> {
  readonly #pending: T[];
  readonly #running = new Set<T>();
  readonly #jobs: number;
  readonly #run: (task: T) => Promise<void>;
  readonly #drop: (task: T) => void;
  /** Tasks that may not start yet: they hold nothing and reserve nothing. */
  readonly #unready = new Set<T>();
  readonly #order: ReadonlyMap<T, number>;
  #closed = false;
  #started = false;
  #idle: () => void = () => undefined;
  readonly finished: Promise<void>;

  /** `ready`: when a task may start; after a rejection it starts too, and it is `run` that finds out why. */
  constructor(
    tasks: readonly T[],
    jobs: number,
    run: (task: T) => Promise<void>,
    drop: (task: T) => void,
    ready?: (task: T) => Promise<void>,
  ) {
    this.#pending = [...tasks];
    this.#jobs = jobs;
    this.#run = run;
    this.#drop = drop;
    this.#order = new Map(tasks.map((task, index) => [task, index]));
    if (ready !== undefined) for (const task of this.#pending.splice(0)) void this.#await(task, ready);
    this.finished = new Promise((resolve) => (this.#idle = resolve));
  }

  start(): void {
    this.#started = true;
    this.#advance();
  }

  get running(): ReadonlySet<T> {
    return this.#running;
  }

  get waiting(): number {
    return this.#pending.length + this.#unready.size;
  }

  /** Nothing more starts; what runs goes on. */
  close(): void {
    this.#closed = true;
    for (const task of [...this.#pending.splice(0), ...this.#unready]) this.#drop(task);
    this.#unready.clear();
    if (this.#running.size === 0) this.#idle();
  }

  async #await(task: T, ready: (task: T) => Promise<void>): Promise<void> {
    this.#unready.add(task);
    await ready(task).catch(() => undefined);
    // Closed in the meantime: it has been dropped.
    if (!this.#unready.delete(task)) return;
    this.#pending.push(task);
    this.#pending.sort((a, b) => (this.#order.get(a) ?? 0) - (this.#order.get(b) ?? 0));
    // Those that become ready together are looked at together, in their order.
    setImmediate(() => this.#started && this.#advance());
  }

  #advance(): void {
    if (!this.#closed)
      for (const task of pick(this.#pending, [...this.#running], this.#jobs)) {
        this.#pending.splice(this.#pending.indexOf(task), 1);
        this.#running.add(task);
        void this.#run(task).finally(() => {
          this.#running.delete(task);
          this.#advance();
        });
      }
    if (this.#running.size === 0 && this.waiting === 0) this.#idle();
  }
}
