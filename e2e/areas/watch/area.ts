/** A client notices that its connection is dead, and recovers. */
import type { Area } from '../../harness/area/area.ts';
import { MANAGE, rights } from '../../harness/cluster/rights.ts';
import { ci } from './ci.ts';
import { apiClients } from './subjects/api-clients.ts';

export const watch: Area = {
  name: 'watch',
  meaning: 'a client must notice that its connection is dead, and recover',
  tags: {
    informer: 'the client is an informer with a cache',
    http2: 'the connection is HTTP/2',
    keepalive: 'about keepalives or pings on the wire',
  },
  kinds: [
    {
      kind: 'api-client',
      subjects: apiClients,
      runsOn: 'machine',
      sideBySide: true,
      built: true,
      quick: {
        spec: 'watch/tcp-azure-silent-is-survived-or-noticed',
        good: 'node-socket+keepalive',
        bad: 'node-socket',
      },
    },
  ],
  rights: [
    ...rights(['services', 'pods', 'configmaps'], ['watch'], 'the clients under test watch'),
    ...rights(['roles', 'rolebindings'], MANAGE, 'rights of the clients under test', 'rbac.authorization.k8s.io'),
  ],
  machine: {
    'network tools': 'balancers and captures in network namespaces of this machine',
    'client compilers': 'clients in Java, C# and Rust; those that cannot be built are not judged',
  },
  options: async () => (await import('./options.ts')).watchOptions,
  page: 'watch.md',
  mutation: {
    decides: [],
    elsewhere: {
      '**/*.ts':
        'cells of the watch matrix: each client under each profile, known-bad ones among them, in the kill matrix',
    },
  },
  ci,
};
