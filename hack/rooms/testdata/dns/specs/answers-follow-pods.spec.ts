import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'dns/answers-follow-pods',
    title: 'An answer names no pod that is gone',
    claim: 'A DNS server MUST NOT answer with the address of a pod that is gone.',
    tags: ['dns', 'headless'],
    needs: { capabilities: ['headless'] },
    timeout: 60_000,
    judges: 'dns-server',
    refs: [],
  },
  (t) => {
    t.log(`asks in zone ${t.env.options.dnsZone ?? 'cluster.local'}`);
    return Promise.resolve();
  },
);
