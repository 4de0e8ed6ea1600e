/** Writes results.jsonl: one line per event, at once and synchronously, so that a killed run keeps what it had. */
import { appendFileSync } from 'node:fs';
import { redact } from './redact.ts';
import type { AttemptLine, ResultLine, Verdict } from './result-schema.ts';

export class ResultWriter {
  readonly file: string;
  readonly #finals: AttemptLine[] = [];
  #troubles = 0;

  constructor(file: string) {
    this.file = file;
  }

  write(line: ResultLine): void {
    appendFileSync(this.file, `${JSON.stringify(line, redactValue)}\n`);
    if (line.type === 'attempt' && line.final) this.#finals.push(line);
    if (line.type === 'note' && line.level === 'infrastructure-error') this.#troubles += 1;
  }

  get finals(): readonly AttemptLine[] {
    return this.#finals;
  }

  /** Infrastructure errors that belong to no spec. */
  get troubles(): number {
    return this.#troubles;
  }

  counts(planned: number): Partial<Record<Verdict, number>> {
    const counts: Partial<Record<Verdict, number>> = {};
    for (const { verdict } of this.#finals) counts[verdict] = (counts[verdict] ?? 0) + 1;
    if (planned > this.#finals.length) counts['not-run'] = planned - this.#finals.length;
    return counts;
  }
}

function redactValue(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? redact(value) : value;
}
