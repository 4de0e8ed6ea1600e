/** What CI runs of the area. */
import type { AreaInCi } from '../../harness/area/area-in-ci.ts';

const owned = 'race/client-owned-flows-survive-cleanup';
const cut = 'to lose its conntrack entry to a cleanup pass';

/** The racy agent is red every night. */
const racy = 'npa@1.4.1';

export const ci: AreaInCi = {
  lanes: [
    {
      name: 'race on npa@1.4.1',
      args: ['--subject', 'npa@1.4.1', '--race-mode', 'held', '--focus', owned, '--keep', '--reuse'],
      exit: 1,
      fails: { [owned]: cut },
    },
    {
      name: 'race on npa@1.4.3',
      args: ['--subject', 'npa@1.4.3', '--race-mode', 'held', '--focus', owned, '--keep', '--reuse'],
      exit: 0,
      passes: [owned],
    },
  ],
  nightly: ['npa@1.4.3', racy].flatMap((agent) =>
    ['ballast', 'held'].flatMap((mode) =>
      ['ipv4', 'ipv6'].map((family) => ({
        name: `${agent}-${mode}-${family}`,
        args: ['--nightly', '--tags', 'race', '--subject', agent, '--race-mode', mode, '-i', family],
        ...(agent === racy ? { red: racy } : {}),
      })),
    ),
  ),
  red: [
    {
      // The racy agent: 20 of 20 runs were caught in each mode (reports/bench/race.md) by the first spec.
      name: racy,
      exit: 1,
      fails: { [owned]: cut },
      mayFail: {
        'race/server-owned-flows-survive-cleanup': cut,
        'race/service-flows-survive-cleanup': cut,
        'race/udp-flows-survive-cleanup': cut,
        'race/second-pass-cuts-nothing': cut,
        'race/natural-race-cuts-nothing': 're-opened flows to be cut in',
      },
    },
  ],
  // No agent of that kind runs there, and none may be installed.
  anywhere: { args: ['--tags', 'race'], skipped: true },
};
