/** For the kill test: a run as it is from the cluster's side, with a namespace and a node sysctl, until it is killed. */
import { openCluster } from '../../open.ts';

const [run = '', purpose = '', image = '', folder = ''] = process.argv.slice(2);
const open = await openCluster({
  provider: 'kind',
  familyMode: 'ipv4',
  kubeProxyMode: 'iptables',
  purpose,
  workers: 1,
  nodeImage: image,
  podNetwork: 'own',
  runId: run,
  keep: false,
  reuse: false,
  folder,
  signal: new AbortController().signal,
  log: (line) => process.stdout.write(`${line}\n`),
});
const [worker] = await open.cluster.workers();
if (worker === undefined) throw new Error('no worker');
await open.cluster.createNamespace('kill');
await open.cluster.setSysctl(worker, 'net.netfilter.nf_conntrack_udp_timeout', '77');
process.stdout.write('changed\n');
setInterval(() => undefined, 60_000);
