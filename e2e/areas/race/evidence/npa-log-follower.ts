/** Follows the agent's log on a node from now on; lines are parsed as they come and kept. */
import type { LineProcess } from '../../../harness/cluster/cluster.ts';
import { type NpaLogLine, parseNpaLogLine, unknownForm } from './npa-log.ts';

const UNKNOWN_KEPT = 20;

type Listener = (line: NpaLogLine) => void;

export class NpaLogFollower {
  readonly lines: NpaLogLine[] = [];
  /** The first lines in a form that is not known. */
  readonly unknown: string[] = [];
  /** All lines that came, and those among them in an unknown form. */
  readonly counts = { all: 0, unknown: 0 };
  private readonly process: LineProcess;
  private readonly what: string;
  private readonly listeners = new Set<Listener>();

  constructor(process: LineProcess, what: string) {
    this.process = process;
    this.what = what;
    process.onLine((text) => {
      this.counts.all += 1;
      const line = parseNpaLogLine(text);
      if (line === undefined) return this.#keepUnknown(text);
      this.lines.push(line);
      for (const listener of this.listeners) listener(line);
    });
  }

  #keepUnknown(text: string): void {
    const said = unknownForm(text);
    if (said === undefined) return;
    this.counts.unknown += 1;
    if (this.unknown.length < UNKNOWN_KEPT) this.unknown.push(said);
  }

  /** The place in `lines` to pass as `from`, so that older lines cannot answer a wait. */
  get mark(): number {
    return this.lines.length;
  }

  onLine(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** First matching line at or after `from`. Rejects with the counts of what came instead. */
  waitFor(
    match: (line: NpaLogLine) => boolean,
    options: { readonly from: number; readonly timeoutMs: number; readonly signal: AbortSignal; readonly what: string },
  ): Promise<NpaLogLine> {
    const { from, timeoutMs, signal, what } = options;
    return new Promise((resolve, reject) => {
      const found = this.lines.slice(from).find(match);
      if (found !== undefined) return resolve(found);
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        stop();
        signal.removeEventListener('abort', onAbort);
        settle();
      };
      const onAbort = (): void => finish(() => reject(signal.reason as Error));
      const late = (): void => {
        const came = this.lines.slice(from);
        const counts = new Map<string, number>();
        for (const { type } of came) counts.set(type, (counts.get(type) ?? 0) + 1);
        const text = [...counts].map(([type, count]) => `${count} ${type}`).join(', ') || 'nothing';
        finish(() =>
          reject(new NpaLogTimeout(`${this.what}: ${what}: waited ${timeoutMs / 1000} s, the log said ${text}`)),
        );
      };
      const timer = setTimeout(late, timeoutMs);
      const stop = this.onLine((line) => {
        if (match(line)) finish(() => resolve(line));
      });
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  stop(): Promise<void> {
    return this.process.stop();
  }
}

/** The agent did not log what was waited for: nothing can be concluded from what followed. */
export class NpaLogTimeout extends Error {
  override readonly name = 'NpaLogTimeout';
}
