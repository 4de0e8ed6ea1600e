/**
 * What a line of conntrack that cannot be read may have been about. A row of somebody else's flow, in a form that nobody foresaw,
 * says nothing against a spec whose addresses it contradicts; a line whose facts cannot be trusted speaks against everybody.
 */
import type { EntryMatch } from './entry-match.ts';

const head = /^\s*(?:\[\d{1,12}\.\d{1,9}\s*\]\s+)?(?:\[(?:NEW|UPDATE|DESTROY)\]\s+)?(?:ipv4 +2|ipv6 +10) +(\S+) +\d+ /;
const anotherHead = /\[(?:NEW|UPDATE|DESTROY)\]|ipv[46] /;
const wholeValue = /^[\da-fA-F.:]+$/;

/** Whether the line may be about a row that matches. True unless it states one of the match's fields otherwise. */
export function mayConcern(line: string, match: EntryMatch): boolean {
  const begun = head.exec(line);
  if (begun === null) return true;
  const rest = line.slice(begun[0].length);
  // Two lines in one: what stood between them is lost, and may have been anything.
  if (anotherHead.test(rest)) return true;
  if (match.protocol !== undefined && begun[1] !== match.protocol) return false;
  const wanted = {
    src: [match.src, match.replySrc],
    dst: [match.dst, undefined],
    sport: [match.sport, match.replySport],
    dport: [match.dport, undefined],
  } as const;
  const seen = { src: 0, dst: 0, sport: 0, dport: 0 };
  for (const [whole, name, value = ''] of rest.matchAll(/(?<!\S)(src|dst|sport|dport)=(\S*)/g)) {
    const field = name as keyof typeof wanted;
    const direction = seen[field]++;
    // The line may end in the middle of this value.
    const isLast = rest.endsWith(whole);
    if (direction > 1 || !(wholeValue.test(value) || (isLast && value === ''))) return true;
    const expected = wanted[field][direction];
    if (expected === undefined) continue;
    if (isLast ? !String(expected).startsWith(value) : String(expected) !== value) return false;
  }
  return true;
}
