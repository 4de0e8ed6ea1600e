/** What a person sees: one line a spec, nothing more on pass, everything on fail; a live line on a terminal. */
import { styleText } from 'node:util';
import type { AttemptState } from './attempt-state.ts';
import { formatMs } from './budget.ts';
import type { AttemptLine, Verdict } from './result-schema.ts';
import { shown } from './shown.ts';
import type { Outcome, PlannedSpec } from './session.ts';
import { asExpected } from './verdict.ts';

type Colour = 'green' | 'red' | 'yellow' | 'magenta' | 'gray' | 'cyan';
/** The words of the reports, in colours: a test holds the two together. */
export const looks: Readonly<Record<Verdict, readonly [string, Colour]>> = {
  pass: ['PASS', 'green'],
  fail: ['FAIL', 'red'],
  inconclusive: ['INCONCLUSIVE', 'yellow'],
  skip: ['SKIP', 'gray'],
  'expected-fail': ['EXPECTED FAIL', 'cyan'],
  'unexpected-pass': ['UNEXPECTED PASS', 'red'],
  flaky: ['FLAKY', 'yellow'],
  'infrastructure-error': ['INFRASTRUCTURE', 'magenta'],
  'not-run': ['NOT RUN', 'gray'],
};

export class Console {
  readonly #stream: NodeJS.WriteStream;
  readonly #verbose: boolean;
  readonly #quiet: boolean;
  readonly live: boolean;
  #liveText = '';
  #muted = false;

  constructor(options: {
    readonly verbose: boolean;
    /** Of specs only those that are not as expected, and nothing of what goes on. */
    readonly quiet?: boolean;
    readonly stream?: NodeJS.WriteStream;
  }) {
    this.#stream = options.stream ?? process.stdout;
    this.#verbose = options.verbose;
    this.#quiet = options.quiet === true;
    this.live = this.#stream.isTTY && process.env.CI === undefined && process.env.TERM !== 'dumb';
  }

  /** Nobody reads it any more: nothing is written from here on. */
  mute(): void {
    this.#muted = true;
  }

  line(text = ''): void {
    this.#put(shown(text));
  }

  /** What goes on and is over with the run: set-up, progress. */
  passing(text: string): void {
    if (!this.#quiet) this.line(text);
  }

  /** Of the terminal; undefined where there is none, and lines are as long as they are. */
  get columns(): number | undefined {
    return this.#stream.isTTY ? this.#stream.columns || 80 : undefined;
  }

  /** Only words of ours have colours: a sequence in what others said could hide the lines behind it. */
  #put(safe: string): void {
    this.#erase();
    this.#write(`${safe}\n`);
    this.#draw();
  }

  /** The last line of a terminal, rewritten in place. */
  showLive(text: string): void {
    if (!this.live) return;
    this.#erase();
    this.#liveText = shown(text)
      .replaceAll('\n', ' ')
      .slice(0, (this.#stream.columns || 80) - 1);
    this.#draw();
  }

  outcome(item: PlannedSpec, total: number, outcome: Outcome, folder: string): void {
    if (this.#quiet && outcome !== undefined && asExpected(outcome.verdict) && !outcome.leaked) return;
    const [word, colour] = looks[outcome?.verdict ?? 'not-run'];
    const place = `[${String(item.index).padStart(String(total).length)}/${total}]`;
    const repetition = item.repetition > 1 ? ` (repetition ${item.repetition})` : '';
    const time = outcome === undefined ? '' : ` (${formatMs(outcome.endedAt - outcome.startedAt)})`;
    const { id, title } = item.spec.meta;
    const head = `${place} ${word.padEnd(5)} `;
    const text = outcomeText(
      `${id}${repetition}`,
      outcome?.inShort ?? title,
      time,
      (this.columns ?? Infinity) - head.length,
    );
    this.#put(`${place} ${this.paint(colour, word.padEnd(5))} ${text}`);
    if (outcome !== undefined && (outcome.verdict !== 'pass' || outcome.leaked)) this.#details(outcome, folder);
  }

  #details(outcome: AttemptLine, folder: string): void {
    const { failure, reason } = outcome;
    if (reason !== undefined) this.line(`      ${reason}`);
    if (failure !== undefined && failure.message !== reason) this.line(indent(failure.message));
    for (const cause of failure?.causes ?? []) this.line(`      caused by: ${cause}`);
    if (outcome.leaked) this.line('      its body ignored the signal and was left running');
    for (const error of outcome.cleanupErrors) this.line(`      ${error}`);
    if (asExpected(outcome.verdict)) return;
    const mine = (failure?.stack ?? '').split('\n').find((frame) => frame.includes('.spec.ts'));
    if (mine !== undefined) this.line(`      ${mine.trim()}`);
    for (const step of outcome.steps)
      this.line(
        `      ${'  '.repeat(step.depth)}${step.error === undefined ? '·' : '✗'} ${step.title} (${formatMs((step.endedAt ?? outcome.endedAt) - step.startedAt)})`,
      );
    // In the order of their moments, with the numbers that reports give them: some are recorded long after they were seen.
    const pieces = outcome.evidence.map((piece, index) => ({ ...piece, number: `#${index + 1}` }));
    for (const { at, number, kind, summary } of pieces.slice(-12).sort((a, b) => a.at - b.at))
      this.line(`      ${formatMs(at - outcome.startedAt).padStart(8)}  ${number} ${kind}: ${summary}`);
    this.line(`      artefacts: ${folder}/${outcome.artifacts}`);
  }

  log(state: AttemptState, text: string): void {
    if (this.#verbose) this.#put(`      ${this.paint('gray', state.info.id)} ${shown(text)}`);
  }

  paint(colour: Colour, text: string): string {
    return this.#stream.isTTY && process.env.NO_COLOR === undefined ? styleText(colour, text) : text;
  }

  /** Before the process ends: the terminal gets its line back. */
  close(): void {
    this.#erase();
    this.#liveText = '';
  }

  #erase(): void {
    if (this.#liveText !== '') this.#write('\r\u001b[2K');
  }

  #draw(): void {
    if (this.#liveText !== '') this.#write(this.#liveText);
  }

  #write(text: string): void {
    if (!this.#muted) this.#stream.write(text);
  }
}

/** One line: what was measured or is asked gives way before the spec's name and its time. */
function outcomeText(id: string, words: string, time: string, width: number): string {
  const room = width - id.length - time.length - 2;
  const safe = shown(words).replaceAll('\n', ' ');
  const cut = safe.length <= room ? safe : room < 8 ? '' : `${safe.slice(0, room - 1)}…`;
  return shown(cut === '' ? `${id}${time}` : `${id}  ${cut}${time}`);
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `      ${line}`)
    .join('\n');
}

/** `3 passed, 1 failed, 0 skipped` and what else there was. */
export function countsText(counts: Readonly<Partial<Record<Verdict, number>>>): string {
  const words: readonly (readonly [Verdict, string])[] = [
    ['pass', 'passed'],
    ['fail', 'failed'],
    ['skip', 'skipped'],
    ['inconclusive', 'inconclusive'],
    ['infrastructure-error', 'infrastructure errors'],
    ['expected-fail', 'expected failures'],
    ['unexpected-pass', 'unexpected passes'],
    ['flaky', 'flaky'],
    ['not-run', 'not run'],
  ];
  return words
    .filter(([verdict], index) => index < 3 || (counts[verdict] ?? 0) > 0)
    .map(([verdict, word]) => `${counts[verdict] ?? 0} ${word}`)
    .join(', ');
}
