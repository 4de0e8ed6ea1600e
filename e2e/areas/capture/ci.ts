/** What CI runs of the area. */
import type { AreaInCi } from '../../harness/area/area-in-ci.ts';

export const ci: AreaInCi = {
  lanes: [
    {
      name: 'capture on packet-capture',
      args: [
        '--focus',
        'capture/(recreate-same-node-grace-1|ip-reused-by-another-pod|sandbox-recreated|agent-down-during-recreate|agent-killed)$',
        ...['--keep', '--reuse'],
      ],
      exit: 0,
      passes: [
        'capture/recreate-same-node-grace-1',
        'capture/ip-reused-by-another-pod',
        'capture/sandbox-recreated',
        'capture/agent-down-during-recreate',
        'capture/agent-killed',
      ],
    },
    {
      name: 'capture on packet-capture+uid-without-sandbox',
      args: [
        ...['--subject', 'packet-capture+uid-without-sandbox', '--focus', 'capture/sandbox-recreated$'],
        ...['--keep', '--reuse'],
      ],
      exit: 1,
      fails: { 'capture/sandbox-recreated': 'datagrams that the sink received' },
    },
    {
      name: 'capture on packet-capture+host-eth0',
      args: ['--subject', 'packet-capture+host-eth0', '--focus', 'capture/only-the-target$', '--keep', '--reuse'],
      exit: 1,
      fails: { 'capture/only-the-target': 'every frame to be its instance' },
    },
  ],
  nightly: [{ name: 'reference', args: ['--tags', 'capture', '--subject', 'packet-capture'] }],
  anywhere: {
    args: ['--focus', 'capture/(recreate-same-node-grace-1|only-the-target|object-deleted)$'],
    alone: 'capture/only-the-target',
  },
};
