/** Balancers that a user describes in a file (--watch-profiles): the same clients, the same judgement. */
import { observeLane, WATCH_CLIENTS } from '../stage/watch-session.ts';
import { judgeLanes } from '../judge/watch-verdict.ts';
import { spec } from '../../../harness/run/spec.ts';

for (const [speaks, what, cluster] of [
  ['timer', 'a TCP connection', false],
  ['api', 'a watch', true],
] as const) {
  const id = `watch/own-profiles-${speaks}` as const;
  spec(
    {
      id,
      title: `${what} survives each balancer of --watch-profiles, or its loss is noticed`,
      claim: `${what} MUST survive each balancer that the user describes, or its client MUST notice the loss in the time that the description allows.`,
      tags: ['watch', ...(cluster ? ['informer'] : ['tcp'])],
      needs: cluster ? { provider: 'kind' } : { cluster },
      locks: cluster ? [{ name: 'cluster/apiserver', shared: true }, WATCH_CLIENTS] : [],
      slots: 0,
      timeout: 420_000,
      refs: [{ title: 'How to add a profile', url: 'https://www.rfc-editor.org/rfc/rfc5382#section-5' }],
      judges: 'api-client',
    },
    async (t) => {
      const file = t.env.options.watchProfiles;
      if (typeof file !== 'string') return t.skip('no file with balancers was given (--watch-profiles)');
      const { readProfileFile } = await import('../profiles/profile-schema.ts');
      const profiles = await readProfileFile(file);
      const outcomes = await t.step(
        `run the chosen clients through ${profiles.map(({ name }) => name).join(', ')}`,
        () => Promise.all(profiles.map((profile) => observeLane(t, { profile, speaks }))),
      );
      await judgeLanes(
        t,
        outcomes.flatMap((outcome, index) => {
          const profile = profiles[index];
          return profile === undefined ? [] : [{ profile, speaks, outcome }];
        }),
      );
    },
  );
}
