/** What CI runs of the area. */
import type { AreaInCi } from '../../harness/area/area-in-ci.ts';

const owned = 'race/client-owned-flows-survive-cleanup';

export const ci: AreaInCi = {
  lanes: [
    {
      name: 'race on npa@1.4.1',
      args: ['--subject', 'npa@1.4.1', '--race-mode', 'held', '--focus', owned, '--keep', '--reuse'],
      exit: 1,
      fails: { [owned]: 'to lose its conntrack entry to a cleanup pass' },
    },
    {
      name: 'race on npa@1.4.3',
      args: ['--subject', 'npa@1.4.3', '--race-mode', 'held', '--focus', owned, '--keep', '--reuse'],
      exit: 0,
      passes: [owned],
    },
  ],
  nightly: ['npa@1.4.3', 'npa@1.4.1'].flatMap((agent) =>
    ['ballast', 'held'].flatMap((mode) =>
      ['ipv4', 'ipv6'].map((family) => ({
        name: `${agent}-${mode}-${family}`,
        args: ['--nightly', '--tags', 'race', '--subject', agent, '--race-mode', mode, '-i', family],
      })),
    ),
  ),
  // No agent of that kind runs there, and none may be installed.
  anywhere: { args: ['--tags', 'race'], skipped: true },
};
