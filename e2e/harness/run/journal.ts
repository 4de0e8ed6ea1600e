/**
 * The journal of a run: what it changed outside its own process, written and on disk *before* the change is made, so that
 * whoever comes after a kill -9 can take it back (`npm run gc`). JSON lines in
 * `${XDG_STATE_HOME:-~/.local/state}/staleproof/journal/<run>.jsonl`; a run that took everything back leaves no file.
 */
import { stateFolder } from './state-folder.ts';
import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { appendWhole } from './append-whole.ts';
import { describeEntry, type JournalEntry, type JournalLine } from './journal-entry.ts';
import { bootId, processStartTime } from './journal-process.ts';
import { undoEntry } from './journal-undo.ts';

export interface Change {
  /** Takes it back and notes that. Idempotent; when taking back throws, the entry stays for gc. */
  undo(): Promise<void>;
  /** Notes that it was taken back by other means. */
  undone(): void;
  /** Notes that it stays on purpose. */
  release(): void;
}

export function journalFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(stateFolder(env), 'journal');
}

export class Journal {
  readonly run: string;
  #path: string;
  #isNew = true;
  readonly #open = new Map<string, JournalEntry>();
  #file: number | undefined;

  constructor(run: string, folder = journalFolder()) {
    if (!/^[\w.-]+$/.test(run)) throw new Error(`journal: "${run}" is no name for a run (letters, digits, . _ -)`);
    this.run = run;
    this.#path = join(folder, `${run}.jsonl`);
  }

  get path(): string {
    return this.#path;
  }

  /** On disk before anything is changed, so that a gc beside this run knows that it lives. */
  open(): void {
    try {
      this.#file ??= this.#begin();
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /** On disk when this returns; only then make the change. Throws when it cannot be written, and then it is not in the journal. */
  record(entry: JournalEntry): Change {
    const id = randomUUID();
    this.#append({ type: 'change', id, wall: new Date().toISOString(), entry });
    this.#open.set(id, entry);
    const close = (type: 'undone' | 'released'): void => {
      if (!this.#open.delete(id)) return;
      this.#append({ type, id });
    };
    let undoing: Promise<void> | undefined;
    return {
      undo: () => {
        if (!this.#open.has(id)) return Promise.resolve();
        undoing ??= undoEntry(entry, this.run)
          .then(() => close('undone'))
          .finally(() => (undoing = undefined));
        return undoing;
      },
      undone: () => close('undone'),
      release: () => close('released'),
    };
  }

  /**
   * Takes back what is still open, last in first out, and removes the file when nothing is left. Goes on after a failure;
   * throws one error that names all of them.
   */
  async undoAll(): Promise<void> {
    const failures: string[] = [];
    for (const [id, entry] of [...this.#open].reverse()) {
      if (!this.#open.has(id)) continue;
      try {
        await undoEntry(entry, this.run);
        if (this.#open.delete(id)) this.#append({ type: 'undone', id });
      } catch (error) {
        failures.push(`${describeEntry(entry)}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    // When nothing is left to take back the file goes, and what it could not note is of no consequence.
    if (failures.length > 0 && this.#open.size > 0)
      throw new Error(`not taken back (try \`npm run gc\`; journal ${this.path}): ${failures.join('; ')}`);
    this.close();
  }

  /** Closes the file, and removes it when nothing is open. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    if (this.#open.size === 0) rmSync(this.path, { force: true });
  }

  #append(line: JournalLine): void {
    try {
      this.#file ??= this.#begin();
      appendWhole(this.#file, `${JSON.stringify(line)}\n`, { sync: true });
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #failure(error: unknown): Error {
    return new Error(`journal ${this.path}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }

  /** The file has its first line before it has its name: gc takes a journal that does not say whose it is for one of a dead run. */
  #begin(): number {
    const folder = dirname(this.path);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!this.#isNew && existsSync(this.path)) return openSync(this.path, 'a', 0o600);
    // A dead run's of the same name would make this one's changes look dead as well.
    if (this.#isNew && existsSync(this.path)) this.#path = this.#path.replace(/jsonl$/, `${randomUUID()}.jsonl`);
    const begun = `${this.path}.new`;
    const file = openSync(begun, 'w', 0o600);
    try {
      appendWhole(file, `${JSON.stringify(this.#header())}\n`, { sync: true });
      renameSync(begun, this.path);
      this.#isNew = false;
      syncFolder(folder);
      return openSync(this.path, 'a', 0o600);
    } catch (error) {
      rmSync(begun, { force: true });
      throw error;
    } finally {
      closeSync(file);
    }
  }

  #header(): JournalLine {
    return {
      type: 'run',
      schema: 1,
      run: this.run,
      pid: process.pid,
      startTime: processStartTime(process.pid) ?? '0',
      bootId: bootId(),
      wall: new Date().toISOString(),
    };
  }
}

/** A new file's name must be on disk too. */
function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

const journals = new Map<string, Journal>();
process.on('exit', () => {
  for (const journal of journals.values()) journal.close();
});

/** The journal of a run of this process; everyone who asks gets the same one. */
export function journalOf(run: string): Journal {
  const known = journals.get(run) ?? new Journal(run);
  journals.set(run, known);
  return known;
}
