/**
 * Mutants by Stryker's instrumenter: all of them are in the code at once, and a global says which one is alive. Its own runner
 * for mocha reads files that mocha 12 no longer has, so running them is ours (test-worker.ts).
 */
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Instrumenter } from '@stryker-mutator/instrumenter';
import { LEFT_OUT, type Scope } from './scope.ts';

export interface Mutant {
  readonly id: string;
  /** Relative to the repository. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly mutator: string;
  readonly original: string;
  readonly replacement: string;
}

const copied = ['e2e', 'hack', 'fixtures', 'manifests', 'docs', 'package.json', 'tsconfig.json'];

/** Makes `folder` a copy of the repository whose sources hold all mutants, asleep. */
export async function instrument(root: string, folder: string, { sources }: Scope): Promise<readonly Mutant[]> {
  mkdirSync(folder, { recursive: true });
  for (const name of copied) cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const silent = { ...console, ...quiet } as unknown as ConstructorParameters<typeof Instrumenter>[0];
  const files = sources.map((name) => ({ name, mutate: true, content: readFileSync(join(root, name), 'utf8') }));
  const result = await new Instrumenter(silent).instrument(files, {
    plugins: null,
    excludedMutations: Object.keys(LEFT_OUT),
    ignorers: [],
  });
  for (const { name, content } of result.files) writeFileSync(join(folder, name), content);
  const texts = new Map(files.map(({ name, content }) => [name, content.split('\n')]));
  // What is left out is in the list too, with a reason, but not in the code.
  const alive = result.mutants.filter(({ status }) => status === undefined);
  return alive.map(({ id, fileName, location, mutatorName, replacement }) => ({
    id,
    file: fileName,
    line: location.start.line + 1,
    mutator: mutatorName,
    original: cut(texts.get(fileName) ?? [], location),
    replacement: flat(replacement),
  }));
}

interface Place {
  readonly line: number;
  readonly column: number;
}

function cut(lines: readonly string[], { start, end }: { readonly start: Place; readonly end: Place }): string {
  const text = lines.slice(start.line, end.line + 1);
  if (start.line === end.line) return flat((text[0] ?? '').slice(start.column, end.column));
  return flat([(text[0] ?? '').slice(start.column), ...text.slice(1)].join(' '));
}

function flat(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 90 ? `${line.slice(0, 89)}…` : line;
}

const nothing = (): void => undefined;
const off = (): boolean => false;
const quiet = {
  ...{ trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing, fatal: nothing },
  ...{ isTraceEnabled: off, isDebugEnabled: off, isInfoEnabled: off },
  ...{ isWarnEnabled: off, isErrorEnabled: off, isFatalEnabled: off },
};
