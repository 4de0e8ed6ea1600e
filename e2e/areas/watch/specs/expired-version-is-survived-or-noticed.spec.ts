/** A client comes back with a resourceVersion that the API server no longer has: it must list again and go on. */
import { observeLane } from '../stage/watch-session.ts';
import { judgeLanes } from '../judge/watch-verdict.ts';
import { profileNamed } from '../profiles/profile.ts';
import { spec } from '../../../harness/run/spec.ts';

const profile = profileNamed('version-expired');
const id = 'watch/version-expired-is-survived-or-noticed';

spec(
  {
    id,
    title: 'a watch whose resourceVersion expired lists again and no event is lost',
    claim:
      'A client whose resourceVersion is answered with 410 MUST list again and MUST see every update made afterwards.',
    tags: ['watch', 'informer', 'slow'],
    needs: { provider: 'kind' },
    locks: [{ name: 'cluster/apiserver', shared: true }],
    slots: 0,
    timeout: 480_000,
    refs: [
      profile.source,
      { title: 'kubernetes-client/python#2462', url: 'https://github.com/kubernetes-client/python/issues/2462' },
    ],
    judges: 'api-client',
  },
  async (t) => {
    const outcome = await t.step('keep the chosen clients out until their version has expired', () =>
      observeLane(t, { profile, speaks: 'api' }),
    );
    await judgeLanes(t, [{ profile, speaks: 'api', outcome }]);
  },
);
