/** Counts of a test run, and the one line that CI reads. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export function closingLine(tally: Tally): string {
  return `${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`;
}

/** The last closing line of a text; undefined when it has none. */
export function parseClosingLine(text: string): Tally | undefined {
  const found = [...text.matchAll(/^(\d+) passed, (\d+) failed, (\d+) skipped$/gm)].at(-1);
  if (found === undefined) return undefined;
  return { passed: Number(found[1]), failed: Number(found[2]), skipped: Number(found[3]) };
}

export function sum(tallies: readonly Tally[]): Tally {
  const add = (key: keyof Tally): number => tallies.reduce((total, tally) => total + tally[key], 0);
  return { passed: add('passed'), failed: add('failed'), skipped: add('skipped') };
}

export interface StepEnd {
  readonly tally: Tally;
  /** Why it is not green beside its own counts; undefined when counts and exit code agree. */
  readonly wrong?: string;
}

/**
 * Counts of a test run that ended with `exit` (undefined: nobody knows): a run that dies after its last test has printed fine
 * counts and is a failure all the same, and so is one without counts.
 */
export function tallyOfStep(output: string | undefined, exit: number | undefined): StepEnd {
  const found = parseClosingLine(output ?? '');
  const code = exit === undefined ? 'an unknown exit code' : `exit code ${exit}`;
  if (found === undefined)
    return { tally: { passed: 0, failed: 1, skipped: 0 }, wrong: `no closing line was written; ended with ${code}` };
  if (exit === 0 || (exit === 1 && found.failed > 0)) return { tally: found };
  return {
    tally: { ...found, failed: found.failed + 1 },
    wrong: `ended with ${code} after "${closingLine(found)}"`,
  };
}

/** Lines that a run wrote about single tests, `failed: …` and `flaky: …`, for the end of a longer output. */
export function remarksIn(text: string): readonly string[] {
  return text.split('\n').filter((line) => /^(failed|flaky): /.test(line));
}
