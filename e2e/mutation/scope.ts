/** What is mutated, and what is not, each with its reason. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface Scope {
  /** Paths relative to the repository. */
  readonly sources: readonly string[];
  readonly tests: readonly string[];
}

/** Mutators whose mutants change no verdict. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  StringLiteral: 'texts for people: a changed word changes no verdict, and tests of every word would pin the wording',
  ObjectLiteral: 'an emptied object breaks a type, so the compiler catches it and no test has to',
};

/** Sources that no test in this process can reach. Each is run for real, elsewhere. */
export const ELSEWHERE: Readonly<Record<string, string>> = {};

/** Tests by title: those that measure time, which code full of mutants takes more of, and those that start processes for long. */
export const NOT_RUN = /within a second|kill -9 at 20/;

const folders = ['e2e/harness/evidence', 'e2e/harness/run'];

/** `words`: parts of paths; empty means all. Tests stand beside sources; those of faults use much of the evidence. */
export function scopeOf(root: string, words: readonly string[]): Scope {
  const below = (folder: string): string[] =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.includes('testdata'))
      .map((file) => `${folder}/${file}`)
      .sort();
  const sources = folders
    .flatMap(below)
    .filter((file) => !file.endsWith('.test.ts') && !(file in ELSEWHERE))
    .filter((file) => words.length === 0 || words.some((word) => file.includes(word)));
  const tests = [...folders, 'e2e/harness/fault']
    .flatMap(below)
    .filter((file) => file.endsWith('.test.ts') && !file.endsWith('.cluster.test.ts'));
  return { sources, tests };
}
