/** The private path: from pods by the Service's address. Translated by the node, whose conntrack may forget a silent connection. */
import { observeLane, WATCH_CLIENTS } from '../stage/watch-session.ts';
import { judgeLanes } from '../judge/watch-verdict.ts';
import { privateFaults } from '../profiles/profile.ts';
import { TCP_TIMEOUT } from '../../../harness/conntrack/tcp-timeout-lock.ts';
import { spec } from '../../../harness/run/spec.ts';

for (const profile of privateFaults) {
  const id = `watch/${profile.name}-is-survived-or-noticed` as const;
  spec(
    {
      id,
      title: `a watch from a pod survives ${profile.name}, or its loss is noticed and no event is lost`,
      claim: `A watch MUST survive ${profile.summary}, or its client MUST notice the loss within ${profile.noticeWithinSeconds} s; every update MUST be seen.`,
      tags: ['watch', 'informer', 'keepalive', 'clusterip'],
      needs: { provider: 'kind', workers: 2 },
      locks: [
        { name: 'cluster/apiserver', shared: true },
        WATCH_CLIENTS.name,
        ...(profile.trigger === 'idle' ? [TCP_TIMEOUT] : []),
      ],
      slots: 0,
      timeout: 420_000,
      refs: [
        profile.source,
        {
          title: 'kubernetes#117924: connections reset when packets are taken for invalid',
          url: 'https://github.com/kubernetes/kubernetes/issues/117924',
        },
      ],
      judges: 'api-client',
    },
    async (t) => {
      const outcome = await t.step(`watch from pods: ${profile.name}`, () =>
        observeLane(t, { profile, speaks: 'api', path: 'private' }),
      );
      await judgeLanes(t, [{ profile, speaks: 'api', outcome }]);
    },
  );
}
