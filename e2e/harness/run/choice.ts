/** A run of everything takes minutes: who selects nothing at a terminal is asked first. Elsewhere it runs all. */
import { createInterface } from 'node:readline/promises';
import type { Areas } from '../area/areas.ts';
import type { Options } from './options/schema.ts';
import { shown } from './shown.ts';

/** Whoever sets one of these knows what they want. */
const selecting = [
  ...['tags', 'grep', 'focus', 'skip', 'nightly', 'specs', 'shard', 'rerunFailed', 'untilItFails', 'repeat', 'quick'],
  ...['list', 'listTags', 'listSubjects', 'plan', 'help', 'config', 'subject', 'backend', 'provider'],
] as const satisfies readonly (keyof Options)[];

/** Input and output of a person; `terminal` is false where nobody sits. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly terminal: boolean;
}

const own: Terminal = {
  input: process.stdin,
  output: process.stdout,
  terminal: process.stdin.isTTY && process.stdout.isTTY && process.env['CI'] === undefined,
};

/** Arguments to add, none to run everything; undefined: nothing is to be run. */
export async function choiceAtTerminal(
  options: Options,
  areas: Areas,
  { input, output, terminal }: Terminal = own,
): Promise<readonly string[] | undefined> {
  if (!terminal || selecting.some((name) => options[name] !== undefined)) return [];
  const choices = new Map<string, readonly string[]>([
    ['quick', ['--quick']],
    ...areas.all.map(({ name }) => [name, ['--tags', name]] as const),
    ['all', []],
  ]);
  const meanings = new Map([
    ['quick', 'one verdict of each area, good and known-bad (about 3 minutes once all is built)'],
    ...areas.all.map(({ name, meaning }) => [name, meaning] as const),
    ['all', 'everything (some 15 minutes once all is built)'],
  ]);
  const wide = Math.max(...[...choices.keys()].map((name) => name.length));
  const lines = [...choices.keys()].map((name) => `  ${name.padEnd(wide)}  ${meanings.get(name) ?? ''}`);
  output.write(shown(`Nothing is selected. What is to be run?\n${lines.join('\n')}\n`));
  const asked = createInterface({ input, output });
  // Not prompt(): with the last lines of an input that has ended it throws on Node 24.
  const ask = () => output.write('[quick] ');
  ask();
  try {
    for await (const line of asked) {
      const answer = line.trim();
      const choice = choices.get(answer === '' ? 'quick' : answer);
      if (choice !== undefined) return choice;
      output.write(shown(`${answer} is none of ${[...choices.keys()].join(', ')}\n`));
      ask();
    }
    // Ctrl-D is an answer too.
    return undefined;
  } finally {
    asked.close();
  }
}
