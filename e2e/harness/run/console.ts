/** What a person sees: one line a spec, nothing more on pass, everything on fail; a live line on a terminal. */
import { styleText } from 'node:util';
import type { AttemptState } from './attempt-state.ts';
import { formatMs } from './budget.ts';
import type { AttemptLine, Verdict } from './result-schema.ts';
import { shown } from './shown.ts';
import type { Outcome, PlannedSpec } from './session.ts';
import { asExpected } from './verdict.ts';

type Colour = 'green' | 'red' | 'yellow' | 'magenta' | 'gray' | 'cyan';
const looks: Readonly<Record<Verdict, readonly [string, Colour]>> = {
  pass: ['PASS', 'green'],
  fail: ['FAIL', 'red'],
  inconclusive: ['INCONCLUSIVE', 'yellow'],
  skip: ['SKIP', 'gray'],
  'expected-fail': ['EXPECTED-FAIL', 'cyan'],
  'unexpected-pass': ['UNEXPECTED-PASS', 'red'],
  flaky: ['FLAKY', 'yellow'],
  'infrastructure-error': ['INFRASTRUCTURE', 'magenta'],
  'not-run': ['NOT-RUN', 'gray'],
};

export class Console {
  readonly #stream: NodeJS.WriteStream;
  readonly #verbose: boolean;
  readonly live: boolean;
  #liveText = '';
  #muted = false;

  constructor(options: { readonly verbose: boolean; readonly stream?: NodeJS.WriteStream }) {
    this.#stream = options.stream ?? process.stdout;
    this.#verbose = options.verbose;
    this.live = this.#stream.isTTY && process.env.CI === undefined && process.env.TERM !== 'dumb';
  }

  /** Nobody reads it any more: nothing is written from here on. */
  mute(): void {
    this.#muted = true;
  }

  line(text = ''): void {
    this.#put(shown(text));
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
    const [word, colour] = looks[outcome?.verdict ?? 'not-run'];
    const place = `[${String(item.index).padStart(String(total).length)}/${total}]`;
    const repetition = item.repetition > 1 ? ` (repetition ${item.repetition})` : '';
    const time = outcome === undefined ? '' : ` (${formatMs(outcome.endedAt - outcome.startedAt)})`;
    const { id, title } = item.spec.meta;
    this.#put(`${place} ${this.paint(colour, word.padEnd(5))} ${shown(`${id}${repetition}  ${title}${time}`)}`);
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
