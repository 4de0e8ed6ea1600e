/** The original's connection-reuse test: list, sleep past the idle timeout, list again on the same pool. */
import { observeLane } from '../stage/watch-session.ts';
import { judgeLanes } from '../judge/watch-verdict.ts';
import { profileNamed } from '../profiles/profile.ts';
import { spec } from '../../../harness/run/spec.ts';

for (const name of ['none', 'azure-reset', 'aws-nlb', 'gcp-silent', 'proxy-fin'])
  spec(
    {
      id: `watch/pool-recovers-from-${name}`,
      title: `a connection pool that slept through ${name} answers the next request`,
      claim: `A connection pool MUST NOT hand out a connection that died by ${name} without recovering within ${profileNamed(name).noticeWithinSeconds} s.`,
      tags: ['watch'],
      needs: { provider: 'kind' },
      locks: [{ name: 'cluster/apiserver', shared: true }],
      slots: 0,
      timeout: 420_000,
      refs: [
        profileNamed(name).source,
        { title: 'kubernetes-client/python#1158', url: 'https://github.com/kubernetes-client/python/issues/1158' },
      ],
      judges: 'api-client',
    },
    async (t) => {
      const profile = profileNamed(name);
      const outcome = await t.step(`poll through ${name}`, () => observeLane(t, { profile, speaks: 'poll' }));
      await judgeLanes(t, [{ profile, speaks: 'poll', outcome }]);
    },
  );
