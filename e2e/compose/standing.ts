/**
 * When subjects stand. The proxy comes with the cluster; the others are installed while specs that do not judge them run already.
 * One that cannot be installed fails the specs that judge it, at once, and no others.
 */
import type { SpecMeta } from '../harness/run/spec.ts';
import { InfrastructureError } from '../harness/run/verdict-errors.ts';
import type { Subject, SubjectKind } from '../harness/subject/subject.ts';

/** Clients are programs on this machine: nothing in the cluster changes when one is made. */
const beside: readonly SubjectKind[] = ['api-client'];

export interface StandingInput {
  readonly subjects: readonly Subject[];
  readonly install: (subject: Subject) => Promise<void>;
  /** All subjects of the kind stand. */
  readonly stands: (subjects: readonly Subject[]) => Promise<void>;
  readonly failed: (subject: Subject, error: unknown) => Promise<void>;
}

export class Standing {
  readonly #kinds: ReadonlyMap<SubjectKind, Promise<void>>;
  /** Every kind, whether it stands or failed. */
  readonly settled: Promise<void>;

  /** Begins at once. Subjects inside the cluster are installed one after the other, in the given order. */
  constructor({ subjects, install, stands, failed }: StandingInput) {
    let turn: Promise<unknown> = Promise.resolve();
    const inTurn = (subject: Subject): Promise<void> => {
      const mine = turn.then(() => install(subject));
      turn = mine.catch(() => undefined);
      return mine;
    };
    const one = async (subject: Subject): Promise<void> => {
      try {
        await (beside.includes(subject.kind) ? install(subject) : inTurn(subject));
      } catch (error) {
        await failed(subject, error);
        const why = error instanceof Error ? error.message : String(error);
        throw new InfrastructureError(`${subject.name} is not there to be judged: ${why}`, { cause: error });
      }
    };
    const kinds = new Map<SubjectKind, Promise<void>>();
    for (const kind of new Set(subjects.map((subject) => subject.kind))) {
      const mine = subjects.filter((subject) => subject.kind === kind);
      const all = Promise.all(mine.map(one)).then(() => stands(mine));
      // A kind that no spec waits for any more has been told already.
      all.catch(() => undefined);
      kinds.set(kind, all);
    }
    this.#kinds = kinds;
    this.settled = Promise.allSettled(kinds.values()).then(() => undefined);
  }

  /**
   * Rejects with what failed. A spec that wants something of the cluster for itself waits for all: installing changes the
   * cluster too.
   */
  async ready({ judges, locks = [] }: Pick<SpecMeta, 'judges' | 'locks'>): Promise<void> {
    if (locks.some((lock) => typeof lock === 'string' && lock.startsWith('cluster/'))) await this.settled;
    if (judges !== 'none') await this.#kinds.get(judges);
  }
}
