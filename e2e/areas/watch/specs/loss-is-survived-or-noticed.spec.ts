/** API watches through every balancer, with the real API server of a kind cluster behind it. */
import { observeLane, WATCH_CLIENTS } from '../stage/watch-session.ts';
import { judgeLanes } from '../judge/watch-verdict.ts';
import { faultProfiles } from '../profiles/profile.ts';
import { spec } from '../../../harness/run/spec.ts';

/** The lane that runs on every change: one fault that does not wait, one with a real timer. */
const fast: readonly string[] = ['reset-now', 'azure-reset'];

for (const profile of faultProfiles)
  spec(
    {
      id: `watch/${profile.name}-is-survived-or-noticed`,
      title: `a watch survives ${profile.name}, or its loss is noticed and no event is lost`,
      claim: `A watch MUST survive ${profile.summary}, or its client MUST notice the loss within ${profile.noticeWithinSeconds} s; every update MUST be seen.`,
      tags: ['watch', 'informer', 'keepalive', ...(fast.includes(profile.name) ? ['fast'] : [])],
      core: true,
      needs: { provider: 'kind' },
      locks: [{ name: 'cluster/apiserver', shared: true }, WATCH_CLIENTS],
      slots: 0,
      timeout: 420_000,
      refs: [
        profile.source,
        { title: 'Azure/AKS#1755: watches dropped in silence', url: 'https://github.com/Azure/AKS/issues/1755' },
      ],
      judges: 'api-client',
    },
    async (t) => {
      const outcome = await t.step(`run the chosen clients through ${profile.name}`, () =>
        observeLane(t, { profile, speaks: 'api' }),
      );
      await judgeLanes(t, [{ profile, speaks: 'api', outcome }]);
    },
  );
