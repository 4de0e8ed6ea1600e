/** DNS servers by name. */
import type { SubjectEntry } from '../../../harness/subject/subject.ts';

const load = (): Promise<never> => Promise.reject(new Error('only listed'));

export const dnsServers: readonly SubjectEntry[] = [
  { name: 'coredns', kind: 'dns-server', summary: 'CoreDNS of the cluster', caughtBy: [], load },
  {
    name: 'coredns+no-expiry',
    kind: 'dns-server',
    summary: 'known bad: keeps every answer',
    caughtBy: ['dns/answers-follow-pods'],
    load,
  },
];
