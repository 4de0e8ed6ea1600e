/** Takes back what dead runs left, from their journals. A journal whose run lives is never touched. */
import { closeSync, openSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { appendWhole } from './append-whole.ts';
import { describeEntry, diesWithBoot, type JournalEntry, type JournalHeader, lineSchema } from './journal-entry.ts';
import { bootId, isRunning } from './journal-process.ts';
import { journalFolder } from './journal.ts';
import { undoEntry } from './journal-undo.ts';

export interface LeftJournal {
  readonly path: string;
  readonly header: JournalHeader | undefined;
  readonly alive: boolean;
  /** Not taken back yet, oldest first. */
  readonly open: readonly { readonly id: string; readonly entry: JournalEntry }[];
  /** Lines in the middle that cannot be read: somebody edited the file, or a newer staleproof wrote it. */
  readonly unreadable: readonly string[];
}

export interface ReplayReport {
  readonly done: readonly string[];
  readonly failed: readonly string[];
}

export function readJournal(path: string): LeftJournal {
  const lines = readFileSync(path, 'utf8').split('\n');
  // The last piece is empty, or a line that was being written when the process died: its change was not begun.
  lines.pop();
  let header: JournalHeader | undefined;
  const open = new Map<string, JournalEntry>();
  const unreadable: string[] = [];
  for (const text of lines) {
    const line = parse(text);
    if (line === undefined) unreadable.push(text);
    else if (line.type === 'run') header = line;
    else if (line.type === 'change') open.set(line.id, line.entry);
    else open.delete(line.id);
  }
  const alive = header !== undefined && isRunning(header);
  return { path, header, alive, open: [...open].map(([id, entry]) => ({ id, entry })), unreadable };
}

export function readJournals(folder = journalFolder()): readonly LeftJournal[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .flatMap((name) => {
      try {
        return [readJournal(join(folder, name))];
      } catch (error) {
        // A run that ends meanwhile removes its file.
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
        throw error;
      }
    });
}

/** Last in, first out; goes on after a failure. Each step is noted in the file, so an interrupted replay can be repeated. */
export async function replay(journal: LeftJournal, options: { readonly dryRun: boolean }): Promise<ReplayReport> {
  if (journal.alive) throw new Error(`${journal.path}: its run is alive`);
  const done: string[] = [];
  const failed = journal.unreadable.map((text) => `line that cannot be read: ${text.slice(0, 120)}`);
  const sameBoot = journal.header?.bootId === bootId();
  for (const { id, entry } of [...journal.open].reverse()) {
    const name = describeEntry(entry);
    const gone = !sameBoot && diesWithBoot(entry);
    if (options.dryRun) {
      done.push(gone ? `${name} (gone with the reboot)` : name);
      continue;
    }
    try {
      if (!gone) await undoEntry(entry);
      note(journal.path, id);
      done.push(gone ? `${name} (gone with the reboot)` : name);
    } catch (error) {
      failed.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (!options.dryRun && failed.length === 0) rmSync(journal.path, { force: true });
  return { done, failed };
}

/** After a line that death cut short the next one begins anew: joined, neither could be read. */
function note(path: string, id: string): void {
  truncateSync(path, readFileSync(path).lastIndexOf('\n') + 1);
  const file = openSync(path, 'a');
  try {
    appendWhole(file, `${JSON.stringify({ type: 'undone', id })}\n`);
  } finally {
    closeSync(file);
  }
}

function parse(text: string) {
  try {
    return lineSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
