/** Steps of a long set-up, several at once: what runs, for how long, how long it should take. */
import { styleText } from 'node:util';

export interface Steps {
  step<T>(name: string, expectedMs: number, body: () => Promise<T>): Promise<T>;
  note(line: string): void;
}

interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

interface Running {
  readonly name: string;
  readonly expectedMs: number;
  readonly started: number;
}

const plainEveryMs = 30_000;

/** Lines go to `log`. A terminal also gets one live line; elsewhere running steps are repeated every 30 s. */
export function createSteps(log: (line: string) => void, terminal: Terminal = process.stderr): Steps {
  const running = new Set<Running>();
  const live = terminal.isTTY === true && process.env['CI'] === undefined;
  let timer: NodeJS.Timeout | undefined;
  const clear = () => live && terminal.write('\r\x1b[2K');
  const say = (line: string) => {
    clear();
    log(line);
  };
  const draw = () => {
    if (running.size === 0) return;
    const text = [...running].map((step) => progressText(step, Date.now())).join(' · ');
    if (live) terminal.write(`\r\x1b[2K${styleText('dim', `  ${text}`)}`);
    else log(`  … ${text}`);
  };
  return {
    note: say,
    async step(name, expectedMs, body) {
      const step = { name, expectedMs, started: Date.now() };
      say(`  ${name}: started, takes about ${formatDuration(expectedMs)}`);
      running.add(step);
      timer ??= setInterval(draw, live ? 1000 : plainEveryMs).unref();
      try {
        const result = await body();
        say(`  ${name}: done in ${formatDuration(Date.now() - step.started)}`);
        return result;
      } catch (error) {
        say(`  ${name}: failed after ${formatDuration(Date.now() - step.started)}`);
        throw error;
      } finally {
        running.delete(step);
        if (running.size === 0) {
          clearInterval(timer);
          timer = undefined;
          clear();
        }
      }
    },
  };
}

export function progressText(step: Running, now: number): string {
  return `${step.name} ${formatDuration(now - step.started)} of about ${formatDuration(step.expectedMs)}`;
}

/** `850 ms`, `12 s`, `3 min 07 s`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}
