/** One exit code of several. */
import { EXIT } from '../../harness/run/exit-codes.ts';

/** A failed verdict first, then whatever else is not as expected; an exit code that is not known is never good. */
export function worstExit(codes: readonly (number | undefined)[]): number {
  if (codes.includes(EXIT.failed)) return EXIT.failed;
  const known = codes.map((code) => (code !== undefined && Number.isInteger(code) ? code : EXIT.infrastructure));
  return known.find((code) => code !== EXIT.asExpected) ?? (known.length === 0 ? EXIT.infrastructure : EXIT.asExpected);
}
