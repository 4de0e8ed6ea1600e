/** Takes back what dead runs left, from their journals. A journal whose run lives is never touched. */
import { closeSync, constants, openSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { basename, join } from 'node:path';
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
  /** Taken back. */
  readonly done: readonly string[];
  /** What there was nothing to do for, and why: gone already, kept since, another run's now. */
  readonly closed: readonly string[];
  /** What is still there, or may be: it stays in the journal. */
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
  const alive = header === undefined ? isBeingOpened(path) : isRunning(header);
  return { path, header, alive, open: [...open].map(([id, entry]) => ({ id, entry })), unreadable };
}

/** Older versions made the file before its first line, which says whose it is. */
function isBeingOpened(path: string): boolean {
  return Date.now() - statSync(path).mtimeMs < 60_000;
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

/** As within one journal: a later run may have found what an earlier one changed, and noted that as the original. */
export function newestFirst(journals: readonly LeftJournal[]): readonly LeftJournal[] {
  // The wall clock may have been set back; ticks since boot, of runs of one boot, are never.
  const later = (a: JournalHeader | undefined, b: JournalHeader | undefined): number =>
    a?.bootId === b?.bootId
      ? Number(b?.startTime ?? 0) - Number(a?.startTime ?? 0)
      : (b?.wall ?? '').localeCompare(a?.wall ?? '', 'en');
  return [...journals].sort(
    (a, b) => later(a.header, b.header) || (b.header?.wall ?? '').localeCompare(a.header?.wall ?? '', 'en'),
  );
}

/** Goes on after a failure. Each step is noted in the file, so an interrupted replay can be repeated. */
export async function replay(journal: LeftJournal, options: { readonly dryRun: boolean }): Promise<ReplayReport> {
  if (journal.alive) throw new Error(`${journal.path}: its run is alive`);
  const done: string[] = [];
  const closed: string[] = [];
  const failed = journal.unreadable.map((text) => `line that cannot be read: ${text.slice(0, 120)}`);
  const sameBoot = journal.header?.bootId === bootId();
  for (const { id, entry } of inOrderOfUndo(journal.open)) {
    const name = describeEntry(entry);
    try {
      const rebooted = !sameBoot && diesWithBoot(entry);
      const why = rebooted ? 'gone with the reboot' : await undo(entry, journal, options.dryRun);
      if (!options.dryRun) note(journal.path, id);
      if (why === undefined) done.push(name);
      else closed.push(`${name} (${why})`);
    } catch (error) {
      failed.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (!options.dryRun && failed.length === 0) rmSync(journal.path, { force: true });
  return { done, closed, failed };
}

/** Last in, first out; but a cluster before what is in it, because that goes with it, whether its API server answers or not. */
function inOrderOfUndo(open: LeftJournal['open']): LeftJournal['open'] {
  const isCluster = ({ entry }: LeftJournal['open'][number]): boolean => entry.kind === 'kind-cluster';
  const reversed = [...open].reverse();
  return [...reversed.filter(isCluster), ...reversed.filter((one) => !isCluster(one))];
}

async function undo(entry: JournalEntry, { header, path }: LeftJournal, dryRun: boolean): Promise<string | undefined> {
  if (!dryRun) return undoEntry(entry, header?.run ?? basename(path, '.jsonl'));
  if (entry.kind !== 'kind-cluster') return undefined;
  return (await import('../cluster/kind/undo-cluster.ts')).lookAtCluster(entry);
}

/**
 * After a line that death cut short the next one begins anew: joined, neither could be read. Into the file that is there: when
 * another gc was quicker and removed it, none must come back without its first line.
 */
function note(path: string, id: string): void {
  let file: number;
  try {
    truncateSync(path, readFileSync(path).lastIndexOf('\n') + 1);
    file = openSync(path, constants.O_WRONLY | constants.O_APPEND);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
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
