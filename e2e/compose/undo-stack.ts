/** Undone last in, first out; each gets its turn whatever the others did. */
import { InfrastructureError } from '../harness/run/verdict-errors.ts';

type Undo = (signal: AbortSignal) => Promise<unknown>;

export class UndoStack {
  readonly #stack: Undo[] = [];

  push(undo: Undo): void {
    this.#stack.push(undo);
  }

  /** Undone after everything else, although it became known late. */
  pushFirst(undo: Undo): void {
    this.#stack.unshift(undo);
  }

  /** Throws one error for all. Idempotent. */
  async run(signal: AbortSignal): Promise<void> {
    const errors: unknown[] = [];
    for (let undo = this.#stack.pop(); undo !== undefined; undo = this.#stack.pop())
      try {
        await undo(signal);
      } catch (error) {
        errors.push(error);
      }
    if (errors.length > 0)
      throw new InfrastructureError(
        errors.map((error) => (error instanceof Error ? error.message : String(error))).join('; '),
        { cause: errors.length === 1 ? errors[0] : new AggregateError(errors) },
      );
  }
}
