/** A difference for a terminal: what got worse first, then the rest, then what may be why. */
import { oneLine } from '../printable.ts';
import { type Change, type ClaimDiff, type RunDiff, sideText } from './run-diff.ts';

const heads: readonly (readonly [Change, string])[] = [
  ['worse', 'held before, does not hold after'],
  ['better', 'did not hold before, holds after'],
  ['otherwise', 'the same answer in another way'],
  ['undecided', 'not judged on both sides'],
  ['only-before', 'only before'],
  ['only-after', 'only after'],
];
const LONGEST = 300;

export function diffText(diff: RunDiff): string {
  const groups = heads.flatMap(([change, head]) => {
    const claims = diff.claims.filter((claim) => claim.change === change);
    return claims.length === 0 ? [] : [`${head} (${claims.length}):`, ...claims.flatMap(claimLines), ''];
  });
  const facts = diff.facts.map(({ name, before, after }) => `  ${name}: ${before} | ${after}`);
  const counts = [...heads.map(([change]) => change), 'same' as const]
    .map((change) => [change, diff.claims.filter((claim) => claim.change === change).length] as const)
    .filter(([, count]) => count > 0)
    .map(([change, count]) => `${count} ${change}`);
  return [
    ...groups,
    ...(facts.length === 0 ? [] : ['not the same on both sides:', ...facts, '']),
    ...diff.troubles.map((trouble) => `⚡ ${oneLine(trouble)}`),
    counts.length === 0 ? 'nothing was judged on either side' : counts.join(', '),
  ].join('\n');
}

function claimLines({ spec, family, before, after }: ClaimDiff): readonly string[] {
  const names = [...new Set([before?.subject, after?.subject].filter((name) => name !== undefined))];
  const sides = [['before', before] as const, ['after', after] as const].flatMap(([side, judged]) =>
    judged === undefined ? [] : [`    ${side.padEnd(6)} ${oneLine(sideText(judged), LONGEST)}`],
  );
  return [`  ${spec} (${family}, ${names.join(' | ')})`, ...sides];
}

/** As diff(1): 0 nothing differs, 1 something does, 2 something could not be compared. */
export function exitCodeOfDiff({ claims, troubles }: RunDiff): number {
  const has = (...changes: readonly Change[]): boolean => claims.some(({ change }) => changes.includes(change));
  if (has('worse', 'better', 'otherwise')) return 1;
  return claims.length === 0 || troubles.length > 0 || has('undecided', 'only-before', 'only-after') ? 2 : 0;
}
