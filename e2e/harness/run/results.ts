/** Writes results.jsonl: one line per event, at once and synchronously, so that a killed run keeps what it had. */
import { closeSync, openSync } from 'node:fs';
import { appendWhole } from './append-whole.ts';
import { redactedJson } from './redact.ts';
import type { ResultLine, Verdict } from './result-schema.ts';

export class ResultWriter {
  readonly file: string;
  readonly #counts: Partial<Record<Verdict, number>> = {};
  /** Lines that a full disk has refused so far: results that are lost cannot be made again. */
  readonly #waiting: string[] = [];
  #finals = 0;
  #troubles = 0;
  #refusal = '';

  constructor(file: string) {
    this.file = file;
  }

  /** Never throws: a full disk must not keep a run from cleaning up. What could not be written is tried again at the next line. */
  write(line: ResultLine): void {
    if (line.type === 'attempt' && line.final) {
      this.#counts[line.verdict] = (this.#counts[line.verdict] ?? 0) + 1;
      this.#finals += 1;
    }
    if (line.type === 'note' && line.level === 'infrastructure-error') this.#troubles += 1;
    this.#waiting.push(`${redactedJson(line)}\n`);
    try {
      this.#flush();
    } catch (error) {
      this.#refusal = error instanceof Error ? error.message : String(error);
    }
  }

  /** Why lines are missing in the file; absent when none is. */
  get unwritten(): string | undefined {
    return this.#waiting.length === 0 ? undefined : this.#refusal;
  }

  /** Infrastructure errors that belong to no spec; lines that are missing in the file are one. */
  get troubles(): number {
    return this.#troubles + (this.#waiting.length === 0 ? 0 : 1);
  }

  counts(planned: number): Partial<Record<Verdict, number>> {
    const missing = planned - this.#finals;
    return missing > 0 ? { ...this.#counts, 'not-run': missing } : { ...this.#counts };
  }

  /** One by one, so that a file which takes some of them has those. Opened anew each time: a folder that is gone is noticed. */
  #flush(): void {
    const file = openSync(this.file, 'a');
    try {
      for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
        appendWhole(file, next);
        this.#waiting.shift();
      }
    } finally {
      closeSync(file);
    }
  }
}
