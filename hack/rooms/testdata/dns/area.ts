/** A resolver answers with the pods of now. Made up, for the test that adds a fifth area. */
import type { Area } from '../../harness/area/area.ts';
import { rights } from '../../harness/cluster/rights.ts';
import { dnsServers } from './subjects/dns-servers.ts';

export const dns: Area = {
  name: 'dns',
  meaning: 'a name must resolve to the pods of now',
  tags: { headless: 'the Service has no cluster IP' },
  kinds: [{ kind: 'dns-server', subjects: dnsServers, preferred: 'coredns', runsOn: 'cluster' }],
  rights: rights(['dnszones'], ['get', 'list'], 'zones under test', 'dns.example.org'),
  options: async () => (await import('./options.ts')).dnsOptions,
  page: 'dns.md',
  mutation: { decides: [], elsewhere: {} },
  ci: {
    lanes: [{ name: 'dns on coredns', args: ['--tags', 'dns'], exit: 0, passes: ['dns/answers-follow-pods'] }],
    nightly: [{ name: 'coredns', args: ['--tags', 'dns'] }],
    anywhere: { args: ['--tags', 'dns'] },
  },
};
