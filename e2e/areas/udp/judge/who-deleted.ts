/** Who ended a row: the subject, the kernel, somebody else, or nobody knows. */
import type { ClusterNode } from '../../../harness/cluster/cluster.ts';
import type { ConntrackEvent } from '../../../harness/conntrack/conntrack-event.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { author } from '../../../harness/conntrack/conntrack-premises.ts';
import { netfilterHolders, onlyReads } from '../evidence/netfilter-sockets.ts';
import type { ServiceProxy } from '../subjects/service-proxy.ts';
import type { Frontend } from '../stage/frontend.ts';
import { removedBySubject, type Backend } from './judgements.ts';

export type Author =
  | { readonly who: 'subject' | 'kernel'; readonly told: string }
  /** It cannot be laid at the subject's door, for good or bad. */
  | { readonly who: 'unknown'; readonly told: string };

/** A program that runs from a file of another name has that name: `kube-proxy-1a2b`, cut to 15 characters by the kernel. */
const isNamed = (program: string, names: readonly string[]): boolean =>
  names.some((name) => program === name || program.startsWith(`${name}-`));

export async function whoDeleted(t: SpecContext, node: ClusterNode, event: ConntrackEvent): Promise<Author> {
  const proxy = t.env.subject('service-proxy') as ServiceProxy;
  const programs = proxy.programs?.(t.env.cluster.facts.kubernetes);
  const { userspace } = event;
  const told = author(event);
  if (userspace === undefined) return { who: 'kernel', told };
  // A proxy that was found on the cluster says no names: then every program is taken for it.
  if (programs === undefined) return { who: 'subject', told };
  if (userspace.program !== undefined)
    return isNamed(userspace.program, programs)
      ? { who: 'subject', told }
      : { who: 'unknown', told: `deleted by ${userspace.program}, which is not the subject (${proxy.name})` };
  const holders = await netfilterHolders(node, t.signal);
  if (holders === undefined)
    return {
      who: 'unknown',
      told: `deleted by ${told} without a name, and who else could have done it cannot be seen`,
    };
  const others = holders.filter((one) => !onlyReads(one) && !isNamed(one.program, programs));
  if (others.length === 0) return { who: 'subject', told };
  const names = [...new Set(others.map(({ program }) => program))].join(', ');
  return { who: 'unknown', told: `deleted by ${told} without a name, and ${names} could have done it as well` };
}

/** Judges that the subject did it; by somebody else, or by nobody knows whom, is inconclusive. */
export async function judgeAuthor(
  t: SpecContext,
  removal: {
    readonly node: ClusterNode;
    readonly event: ConntrackEvent;
    readonly subject: string;
    readonly facts: { readonly frontend: Frontend; readonly backend: Backend };
  },
): Promise<void> {
  const { who, told } = await whoDeleted(t, removal.node, removal.event);
  if (who === 'unknown') t.inconclusive(`${removal.subject}: the stale row was ${told}`);
  t.judge(removedBySubject, {
    outcome: who === 'subject' ? 'by-subject' : 'by-kernel',
    facts: removal.facts,
    subject: removal.subject,
    expected: 'the proxy to delete the stale row ([USERSPACE] in the destroy event)',
    observed: `the row was destroyed by ${told}`,
  });
}
