/** The API server of a kind cluster goes away and comes back: watches must come back with it. Only when asked for. */
import { observeLane } from '../stage/watch-session.ts';
import { judgeLanes } from '../judge/watch-verdict.ts';
import { profileNamed } from '../profiles/profile.ts';
import { spec } from '../../../harness/run/spec.ts';

const profile = profileNamed('apiserver-restart');

spec(
  {
    id: 'watch/apiserver-restart-is-survived-or-noticed',
    title: 'a watch comes back with its API server and no event is lost',
    claim: `A client whose API server restarts MUST notice the end of its watch within ${profile.noticeWithinSeconds} s and MUST see every update made afterwards.`,
    tags: ['watch', 'informer', 'disruptive'],
    needs: { provider: 'kind' },
    locks: ['cluster/apiserver'],
    ownsSurroundings: true,
    timeout: 360_000,
    refs: [
      profile.source,
      { title: 'kubernetes-client/python#2462', url: 'https://github.com/kubernetes-client/python/issues/2462' },
    ],
    judges: 'api-client',
  },
  async (t) => {
    if (t.env.options.watchRestartApiserver !== true)
      t.skip('restarting the API server was not asked for (--watch-restart-apiserver)');
    const outcome = await t.step('restart the API server under the chosen clients', () =>
      observeLane(t, { profile, speaks: 'api' }),
    );
    await judgeLanes(t, [{ profile, speaks: 'api', outcome }]);
  },
);
