/**
 * The real plugin of each release in network namespaces of this machine, called as a container runtime calls it: which rows it
 * flushes when a pod comes and when one goes. The same that specs find on a cluster, in seconds; what known-defects.yaml says of
 * versions is measured by this as well. Needs root, and no cluster.
 */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createSteps } from '../process/steps.ts';
import { runCommand } from '../process/run-command.ts';
import { makePart } from './parts.ts';

/** In namespaces of its own, which go with it: a node with links to two pods and to a stranger's host. */
const script = `
set -eu
mount -t tmpfs none /run && mkdir /run/netns && ip link set lo up
for p in 1 3; do
  ip netns add p$p && ip link add v$p type veth peer name eth0 netns p$p
  ip addr add 10.99.$p.1/24 dev v$p && ip link set v$p up
  ip -n p$p addr add 10.99.$p.2/24 dev eth0 && ip -n p$p link set eth0 up
done
cni() {
  mapping='{"hostPort":'$3',"containerPort":80,"protocol":"udp"}'
  before='{"cniVersion":"0.4.0","interfaces":[{"name":"eth0","sandbox":"/run/netns/p1"}],"ips":[{"version":"4","interface":0,"address":"10.99.1.2/24"}]}'
  echo '{"cniVersion":"0.4.0","name":"n","type":"portmap","backend":"'$BACKEND'","runtimeConfig":{"portMappings":['$mapping']},"prevResult":'$before'}' |
    CNI_COMMAND=$1 CNI_CONTAINERID=$2 CNI_NETNS=/run/netns/p1 CNI_IFNAME=eth0 CNI_PATH=/opt/cni/bin $PLUGIN >/dev/null
}
send() { echo x >/dev/udp/10.99.1.1/18125; echo x >/dev/udp/10.99.3.2/18125; }
stay() { conntrack -L -p udp --orig-dst $1 --orig-port-dst 18125 2>/dev/null | grep -q . && echo stays || echo goes; }
# The kernel tracks nothing before the first rule.
cni ADD other 9
send
cni ADD pod 18125
echo "comes: to nobody $(stay 10.99.1.1), stranger $(stay 10.99.3.2)"
send
cni DEL pod 18125
echo "goes: to the pod $(stay 10.99.1.1), stranger $(stay 10.99.3.2)"
`;

async function seen(part: string, backend: string): Promise<readonly string[]> {
  const plugin = await makePart(part, { steps: createSteps(() => undefined) });
  const argv = ['unshare', '--net', '--mount', '--propagation', 'private', 'bash', '-c', script];
  const told = await runCommand(argv, { env: { PLUGIN: plugin, BACKEND: backend } });
  return told.trim().split('\n');
}

describe('portmap in a node of network namespaces', function () {
  this.timeout(300_000);
  const both = ['iptables', 'nftables'];
  for (const { part, backends, comes, goes } of [
    { part: '0.8.7', backends: ['iptables'], comes: 'stays, stranger stays', goes: 'stays, stranger stays' },
    { part: '1.9.1', backends: both, comes: 'goes, stranger goes', goes: 'stays, stranger stays' },
    { part: '1.10.0', backends: both, comes: 'goes, stranger goes', goes: 'goes, stranger goes' },
    { part: '1.10.0+own-rows', backends: both, comes: 'goes, stranger stays', goes: 'goes, stranger stays' },
    { part: '1.10.0+no-flush', backends: both, comes: 'stays, stranger stays', goes: 'stays, stranger stays' },
  ])
    for (const backend of backends)
      it(`${part} with ${backend} flushes what it is known to flush`, async () => {
        const expected = [`comes: to nobody ${comes}`, `goes: to the pod ${goes}`];
        expect(await seen(`portmap@${part}`, backend)).to.deep.equal(expected);
      });
});
