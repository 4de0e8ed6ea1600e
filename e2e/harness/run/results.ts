/** Writes results.jsonl: one line per event, at once and synchronously, so that a killed run keeps what it had. */
import { appendFileSync } from 'node:fs';
import { redactedJson } from './redact.ts';
import type { ResultLine, Verdict } from './result-schema.ts';

export class ResultWriter {
  readonly file: string;
  readonly #counts: Partial<Record<Verdict, number>> = {};
  #finals = 0;
  #troubles = 0;
  #unwritten: string | undefined;

  constructor(file: string) {
    this.file = file;
  }

  /** Never throws: a full disk must not keep a run from cleaning up. What is lost counts as trouble. */
  write(line: ResultLine): void {
    if (line.type === 'attempt' && line.final) {
      this.#counts[line.verdict] = (this.#counts[line.verdict] ?? 0) + 1;
      this.#finals += 1;
    }
    if (line.type === 'note' && line.level === 'infrastructure-error') this.#troubles += 1;
    try {
      // After a failure half a line may stand there: the next one begins on a line of its own.
      appendFileSync(this.file, `${this.#unwritten === undefined ? '' : '\n'}${redactedJson(line)}\n`);
    } catch (error) {
      if (this.#unwritten === undefined) this.#troubles += 1;
      this.#unwritten ??= error instanceof Error ? error.message : String(error);
    }
  }

  /** Why lines are missing in the file; absent when none is. */
  get unwritten(): string | undefined {
    return this.#unwritten;
  }

  /** Infrastructure errors that belong to no spec. */
  get troubles(): number {
    return this.#troubles;
  }

  counts(planned: number): Partial<Record<Verdict, number>> {
    const missing = planned - this.#finals;
    return missing > 0 ? { ...this.#counts, 'not-run': missing } : { ...this.#counts };
  }
}
