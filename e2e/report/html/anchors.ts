/** The address of a spec within a page: made of what it is, so that a link to it holds in the next run's page as well. */
import { createHash } from 'node:crypto';
import type { Outcome } from '../run-record.ts';

export type Anchors = ReadonlyMap<Outcome, string>;

/** Longer subjects (thirty clients) are named by the sum of their names. */
const LONGEST = 80;

/** `udp/zero-to-one--kube-proxy-nftables--ipv4`, as an id; two results of one spec are told apart by a number behind. */
export function anchorsOf(outcomes: readonly Outcome[]): Anchors {
  const taken = new Map<string, number>();
  return new Map(
    outcomes.map((outcome) => {
      const base = anchorOf(outcome);
      const before = taken.get(base) ?? 0;
      taken.set(base, before + 1);
      return [outcome, before === 0 ? base : `${base}--${before + 1}`];
    }),
  );
}

function anchorOf({ spec, subjects, family, repetition }: Outcome): string {
  const names = subjects.join('+');
  const subject =
    names.length <= LONGEST
      ? names
      : `${subjects.length}-${createHash('sha256').update(names).digest('hex').slice(0, 8)}`;
  const parts = [spec.id, subject, family, ...(repetition > 1 ? [`${repetition}`] : [])];
  return parts.map((part) => part.replace(/[^\w./+@-]+/g, '-')).join('--');
}
