import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { lockMode, pick, Scheduler, widestLast, type Task } from './scheduler.ts';

const lock = fc.oneof(
  fc.constantFrom('a', 'b', 'c', 'd'),
  fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd'), shared: fc.constant(true as const) }),
);
const graph = fc.record({
  jobs: fc.integer({ min: 1, max: 6 }),
  tasks: fc.array(fc.record({ locks: fc.array(lock, { maxLength: 3 }), ticks: fc.integer({ min: 1, max: 5 }) }), {
    maxLength: 25,
  }),
});

interface Timed extends Task {
  readonly ticks: number;
}

/** Runs a graph on a clock of its own: each round ends what is due and starts what `pick` says. */
function simulate(tasks: readonly Timed[], jobs: number): { starts: Map<string, number>; ends: Map<string, number> } {
  const pending = [...tasks];
  const running = new Map<Timed, number>();
  const starts = new Map<string, number>();
  const ends = new Map<string, number>();
  for (let now = 0; pending.length + running.size > 0; now++) {
    if (now > 10_000) throw new Error('deadlock: nothing more ends');
    for (const [task, end] of running)
      if (end <= now) {
        running.delete(task);
        ends.set(task.id, now);
      }
    for (const task of pick(pending, [...running.keys()], jobs)) {
      pending.splice(pending.indexOf(task), 1);
      running.set(task, now + task.ticks);
      starts.set(task.id, now);
    }
  }
  return { starts, ends };
}

function conflict(a: Task, b: Task): boolean {
  return a.locks.some((one) =>
    b.locks.some((other) => {
      const [left, right] = [lockMode(one), lockMode(other)];
      return left.name === right.name && (left.mode === 'exclusive' || right.mode === 'exclusive');
    }),
  );
}

describe('tasks that are not ready', () => {
  const task = (id: string, locks: Task['locks'] = []): Task => ({ id, locks });
  const whenReady = () => {
    const go = new Map<string, () => void>();
    const fail = new Map<string, (reason: Error) => void>();
    const ready = ({ id }: Task): Promise<void> =>
      new Promise((resolve, reject) => {
        go.set(id, resolve);
        fail.set(id, reject);
      });
    return { go, fail, ready };
  };
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

  it('neither start nor keep a lock from those that are', async () => {
    const started: string[] = [];
    const { go, fail, ready } = whenReady();
    const scheduler = new Scheduler(
      [task('agent', ['node']), task('proxy', ['node']), task('client')],
      2,
      async ({ id }) => void started.push(id),
      () => undefined,
      ready,
    );
    scheduler.start();
    go.get('proxy')?.();
    await turn();
    expect([started, scheduler.waiting]).to.deep.equal([['proxy'], 2]);
    go.get('agent')?.();
    await turn();
    expect(started).to.deep.equal(['proxy', 'agent']);
    // What failed starts as well: who runs it says what is missing.
    fail.get('client')?.(new Error('it could not be built'));
    await scheduler.finished;
    expect(started).to.deep.equal(['proxy', 'agent', 'client']);
  });

  it('start in their order when they become ready together', async () => {
    const started: string[] = [];
    const { go, ready } = whenReady();
    const tasks = [task('a', ['x']), task('b', ['x']), task('c', ['x'])];
    const scheduler = new Scheduler(
      tasks,
      1,
      async ({ id }) => void started.push(id),
      () => undefined,
      ready,
    );
    scheduler.start();
    for (const id of ['c', 'a', 'b']) go.get(id)?.();
    await scheduler.finished;
    expect(started).to.deep.equal(['a', 'b', 'c']);
  });

  it('are dropped with the others when the scheduler closes', async () => {
    const dropped: string[] = [];
    const { go, ready } = whenReady();
    const scheduler = new Scheduler(
      [task('a')],
      1,
      async () => undefined,
      ({ id }) => void dropped.push(id),
      ready,
    );
    scheduler.start();
    scheduler.close();
    await scheduler.finished;
    go.get('a')?.();
    await turn();
    expect([dropped, scheduler.waiting]).to.deep.equal([['a'], 0]);
  });
});

describe('the scheduler', () => {
  it('never overlaps conflicting tasks, never exceeds jobs, ends, and lets none overtake on a conflict (1,000 graphs)', function () {
    this.timeout(60_000);
    fc.assert(
      fc.property(graph, ({ jobs, tasks }) => {
        const timed = tasks.map((task, index) => ({ ...task, id: String(index) }));
        const { starts, ends } = simulate(timed, jobs);
        expect(ends.size).to.equal(timed.length);
        const span = (task: Task) => [starts.get(task.id)!, ends.get(task.id)!] as const;
        for (const [index, task] of timed.entries()) {
          const [start] = span(task);
          const together = timed.filter((other) => span(other)[0] <= start && start < span(other)[1]);
          expect(together.length).to.be.at.most(jobs);
          for (const later of timed.slice(index + 1)) {
            if (!conflict(task, later)) continue;
            expect(span(later)[0], `${later.id} overtook ${task.id}`).to.be.at.least(span(task)[1]);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('does not hold up those who only share with a task that waits for something else', () => {
    const server = { name: 'server', shared: true } as const;
    const tasks = [
      { id: 'holder', ticks: 9, locks: [{ name: 'clients', shared: true }] },
      { id: 'waiting', ticks: 1, locks: [server, 'clients'] },
      { id: 'sharing', ticks: 1, locks: [server] },
      { id: 'alone', ticks: 1, locks: ['server'] },
    ] satisfies Timed[];
    const { starts } = simulate(tasks, 6);
    expect([...starts]).to.deep.equal([
      ['holder', 0],
      ['sharing', 0],
      ['waiting', 9],
      ['alone', 10],
    ]);
  });

  it('does not starve an exclusive task behind a stream of shared ones', () => {
    const shared = (id: string): Timed => ({ id, ticks: 3, locks: [{ name: 'node', shared: true }] });
    const tasks = [shared('1'), { id: 'exclusive', ticks: 1, locks: ['node'] }, ...['2', '3', '4', '5'].map(shared)];
    expect(simulate(tasks, 6).starts.get('exclusive')).to.equal(3);
  });

  it('starts tasks without a slot whatever runs, but never past a lock that an earlier one waits for', () => {
    const task = (id: string, slots: number, locks: readonly string[] = []): Task => ({ id, locks, slots });
    const tasks = [task('a', 1), task('b', 1, ['node']), task('c', 0), task('d', 0, ['node']), task('e', 0)];
    expect(pick(tasks, [], 1).map(({ id }) => id)).to.deep.equal(['a', 'c', 'e']);
  });

  it('starts in definition order with one job', () => {
    const tasks = Array.from({ length: 9 }, (_, index) => ({ id: String(index), locks: [], ticks: 1 }));
    expect([...simulate(tasks, 1).starts.keys()]).to.deep.equal(tasks.map((task) => task.id));
  });

  it('puts those last that keep more than half of the others waiting, and leaves every other order', () => {
    const task = (id: string, ...locks: Task['locks']): Task => ({ id, locks });
    const shared = { name: 'b', shared: true } as const;
    const tasks = [task('1', shared), task('all', 'a', 'b'), task('2', 'a'), task('3', shared), task('4', 'c')];
    expect(widestLast(tasks).map(({ id }) => id)).to.deep.equal(['1', '2', '3', '4', 'all']);
    const alike = ['1', '2', '3'].map((id) => task(id, 'a'));
    expect(widestLast(alike).map(({ id }) => id)).to.deep.equal(['1', '2', '3']);
    expect(widestLast([task('1'), task('2', 'a'), task('3')]).map(({ id }) => id)).to.deep.equal(['1', '2', '3']);
  });

  it('hands what has not started to drop when it is closed, and finishes what runs', async () => {
    const log: string[] = [];
    const tasks = ['a', 'b', 'c'].map((id) => ({ id, locks: [] }));
    const scheduler = new Scheduler(
      tasks,
      1,
      async ({ id }) => {
        log.push(`run ${id}`);
        scheduler.close();
        await Promise.resolve();
        log.push(`end ${id}`);
      },
      ({ id }) => log.push(`drop ${id}`),
    );
    scheduler.start();
    await scheduler.finished;
    expect(log).to.deep.equal(['run a', 'drop b', 'drop c', 'end a']);
  });

  it('is finished at once when there is nothing to do', async () => {
    const scheduler = new Scheduler(
      [],
      1,
      () => Promise.resolve(),
      () => undefined,
    );
    scheduler.start();
    await scheduler.finished;
  });
});
