/** Writes results.jsonl: one line per event, at once and synchronously, so that a killed run keeps what it had. */
import { appendFileSync } from 'node:fs';
import { redactedJson } from './redact.ts';
import type { ResultLine, Verdict } from './result-schema.ts';

export class ResultWriter {
  readonly file: string;
  readonly #counts: Partial<Record<Verdict, number>> = {};
  #finals = 0;
  #troubles = 0;

  constructor(file: string) {
    this.file = file;
  }

  write(line: ResultLine): void {
    appendFileSync(this.file, `${redactedJson(line)}\n`);
    if (line.type === 'attempt' && line.final) {
      this.#counts[line.verdict] = (this.#counts[line.verdict] ?? 0) + 1;
      this.#finals += 1;
    }
    if (line.type === 'note' && line.level === 'infrastructure-error') this.#troubles += 1;
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
