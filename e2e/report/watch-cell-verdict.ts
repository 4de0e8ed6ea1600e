/** The verdict of one client's cell, as the engine matched it; the cell itself knows only what was seen. Pure. */
import type { AttemptLine } from '../harness/run/result-schema.ts';

/** `told` is what stands in the cell. Runs of before 2026-12 have matched their cells themselves. */
export function cellVerdict({ known = [] }: Pick<AttemptLine, 'known'>, client: string, told: string): string {
  const listed = known.find(({ of }) => of === client);
  if (listed === undefined) return told;
  if (told === 'fail' && listed.met) return 'expected-fail';
  return told === 'pass' && !listed.met ? 'unexpected-pass' : told;
}
