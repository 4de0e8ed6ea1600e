/** What CI runs of the area. */
import type { AreaInCi } from '../../harness/area/area-in-ci.ts';

/** Clients that are built in seconds, or not at all; the others are for a run of the whole area. */
const watchClients = [
  ...['client-go@0.37.2', 'client-node@1.4.0', 'client-node@1.4.0+informer', 'client-node@2.0.1'],
  ...['python-client@37.0.2', 'python-client@37.0.2+keepalive', 'kubectl'],
  ...['node-socket+keepalive', 'python-socket+keepalive', 'curl+keepalive-20s'],
];

/** By language, so that no machine has to build all of them. */
const nightClients: Readonly<Record<string, readonly string[]>> = {
  go: ['client-go@0.37.2', 'client-go@0.37.2+no-ping', 'client-go@0.37.2+http1'],
  javascript: ['client-node@1.4.0', 'client-node@1.4.0+informer-restarted'],
  python: ['python-client@37.0.2', 'python-client@37.0.2+keepalive'],
  sockets: ['node-socket+keepalive', 'python-socket+keepalive', 'curl+keepalive-20s'],
};

export const ci: AreaInCi = {
  lanes: [
    {
      name: 'watch, fast',
      args: ['--tags', 'watch && fast', ...watchClients.flatMap((name) => ['--subject', name]), '--keep', '--reuse'],
      exit: 0,
      passes: ['watch/azure-reset-is-survived-or-noticed', 'watch/tcp-reset-now-is-survived-or-noticed'],
    },
    {
      name: 'watch on node-socket',
      args: ['--subject', 'node-socket', '--focus', 'watch/tcp-azure-silent-is-survived-or-noticed$'],
      exit: 1,
      fails: { 'watch/tcp-azure-silent-is-survived-or-noticed': 'to survive, or its loss to be noticed within' },
    },
  ],
  nightly: Object.entries(nightClients).map(([name, clients]) => ({
    name,
    args: ['--tags', 'watch', ...clients.flatMap((client) => ['--subject', client])],
  })),
  // Balancers stand on this machine's side of a kind cluster; another cluster has none of them.
  anywhere: { args: ['--tags', 'watch && !tcp'], skipped: true },
};
