/** Premise of every "nothing else went": the proxy cleaned up meanwhile, which a row that has to go tells. */
import type { ConntrackEntry } from '../../../harness/conntrack/conntrack-entry.ts';
import type { ConntrackFollower } from '../../../harness/conntrack/conntrack-follower.ts';
import type { Premise, SpecContext } from '../../../harness/run/context.ts';
import { author, destroyed } from '../../../harness/conntrack/conntrack-premises.ts';

/** A proxy has this long on a calm machine; then it is not known whether it cleans up at all. */
const CLEANED_WITHIN_MS = 20_000;

/** `change` takes the row's server away; a program has to delete the row then. */
export function cleanUpRan(
  t: SpecContext,
  canary: {
    readonly name: string;
    readonly follower: ConntrackFollower;
    readonly row: ConntrackEntry;
    readonly change: () => Promise<unknown>;
  },
): Premise<true> {
  const { name, follower, row } = canary;
  const what = `a clean-up ran on ${follower.node.name}: the row of ${name} went`;
  return {
    name: what,
    lane: follower.node.name,
    prove: async () => {
      await canary.change();
      const timeoutMs = t.wait(CLEANED_WITHIN_MS);
      const event = await destroyed(follower, row, timeoutMs);
      if (event?.userspace !== undefined)
        return { proven: true, value: true, summary: `${what}, deleted by ${author(event)}` };
      const seen = event === undefined ? `it did not within ${timeoutMs} ms` : `deleted by ${author(event)}`;
      return { proven: false, reason: `${seen}, so that other rows stayed proves nothing` };
    },
  };
}
