/** Plain TCP through every balancer: the timer-server at one end, curl, Python and Node sockets at the other. Needs no cluster. */
import { judgeLanes } from '../judge/watch-verdict.ts';
import { observeLane } from '../stage/watch-session.ts';
import { faultProfiles } from '../profiles/profile.ts';
import { spec } from '../../../harness/run/spec.ts';

/** The lane that runs on every change: one fault that does not wait, one with a real timer. */
const fast: readonly string[] = ['reset-now', 'azure-reset'];

for (const profile of faultProfiles)
  spec(
    {
      id: `watch/tcp-${profile.name}-is-survived-or-noticed`,
      title: `a TCP connection survives ${profile.name} or its loss is noticed`,
      claim: `A client of a plain TCP connection MUST keep it alive through ${profile.summary}, or MUST notice the loss within ${profile.noticeWithinSeconds} s.`,
      tags: ['watch', 'tcp', ...(fast.includes(profile.name) ? ['fast'] : [])],
      needs: { cluster: false },
      slots: 0,
      timeout: 300_000,
      refs: [
        profile.source,
        { title: 'Azure/AKS#1755: watches dropped in silence', url: 'https://github.com/Azure/AKS/issues/1755' },
      ],
      judges: 'api-client',
    },
    async (t) => {
      const outcome = await t.step(`run the chosen clients through ${profile.name}`, () =>
        observeLane(t, { profile, speaks: 'timer' }),
      );
      await judgeLanes(t, [{ profile, speaks: 'timer', outcome }]);
    },
  );
