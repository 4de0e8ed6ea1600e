/**
 * For the kill test: a run as it is from the cluster's side, with a namespace and a node sysctl, until it is killed. Arguments: run,
 * purpose, folder, node image, pod network, then `value=N` (of the sysctl), `reuse`, and `keep`, which ends in order at once.
 */
import { openCluster } from '../../open.ts';

const [runId = '', purpose = '', folder = '', nodeImage = '', podNetwork = '', ...words] = process.argv.slice(2);
const open = await openCluster({
  provider: 'kind',
  familyMode: 'ipv4',
  kubeProxyMode: 'iptables',
  purpose,
  workers: 1,
  nodeImage,
  podNetwork: podNetwork === 'kindnet' ? 'kindnet' : 'own',
  runId,
  keep: words.includes('keep'),
  reuse: words.includes('reuse'),
  folder,
  signal: new AbortController().signal,
  log: (line) => process.stdout.write(`${line}\n`),
});
const value = words.find((word) => word.startsWith('value='))?.slice('value='.length);
if (value !== undefined) {
  const [worker] = await open.cluster.workers();
  if (worker === undefined) throw new Error('no worker');
  await open.cluster.createNamespace(runId);
  await open.cluster.setSysctl(worker, 'net.netfilter.nf_conntrack_udp_timeout', value);
  process.stdout.write('changed\n');
}
if (words.includes('keep')) await open.release(AbortSignal.timeout(60_000));
else setInterval(() => undefined, 60_000);
