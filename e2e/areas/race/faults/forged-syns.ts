/** SYNs that claim to belong to connections which are established already, sent by the end that never began one. */
import type { RaceFlows } from '../evidence/race-flow-set.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { tcpPort } from '../stage/race-objects.ts';
import type { RaceStage } from '../stage/race-stage.ts';

/**
 * Lets such SYNs through both nodes until the spec ends. To conntrack they are INVALID, and kube-proxy drops those unless it runs
 * with `conntrack.tcpBeLiberal: true`; where another proxy drops them they do not arrive, and the agent's log says so.
 */
export async function passForgedSyns(t: SpecContext, stage: RaceStage): Promise<void> {
  const { client, server, family } = stage;
  const tool = family === 'ipv6' ? 'ip6tables' : 'iptables';
  const rule = ['-p', 'tcp', '--syn', '-s', server.ip, '-d', client.ip, '-j', 'ACCEPT'];
  for (const node of new Set([client.node, server.node])) {
    const told = `${node.name} passes SYNs from ${server.ip} to ${client.ip} whatever conntrack calls them`;
    const undo = await t.env.cluster.changeNode(node, {
      told,
      argv: [tool, '-w', '-I', 'FORWARD', '1', ...rule],
      undo: ['sh', '-c', `${tool} -w -D FORWARD ${rule.join(' ')} 2>/dev/null; true`],
      signal: t.signal,
    });
    t.defer(`drop INVALID packets on ${node.name} as before`, () => undo());
    t.evidence.record({ kind: 'fault', lane: 'kernel', summary: told });
  }
}

/** One SYN of the server for each flow; how many of them the agent says that it denied, within `t.wait(5000)`. */
export async function forgeSyns(t: SpecContext, stage: RaceStage, flows: RaceFlows): Promise<number> {
  const { client, server, log } = stage;
  const { first, count } = flows.clientPorts;
  const mark = log.mark;
  const words = [tcpPort, client.ip, first, count].map(String);
  const argv = ['python3', '/app/tcp-syn-forger/forge.py', ...words];
  const { code, stderr } = await t.env.cluster.api.exec(server.ref, argv, { signal: t.signal, timeoutMs: 30_000 });
  if (code !== 0) t.inconclusive(`no SYN could be sent from ${server.name}: exit ${code}, ${stderr.slice(-300)}`);
  const denied = new Set<number>();
  await log
    .waitFor(
      (line) => {
        const isOurs =
          line.type === 'verdict' &&
          line.verdict === 'DENY' &&
          line.tuple.sourceIp === server.ip &&
          line.tuple.sourcePort === tcpPort;
        if (isOurs) denied.add(line.tuple.destinationPort);
        return denied.size >= count;
      },
      { from: mark, timeoutMs: t.wait(5000), signal: t.signal, what: `${count} denied SYNs` },
    )
    // What is missing is counted, not waited for.
    .catch(() => undefined);
  t.signal.throwIfAborted();
  const summary = `${count} SYNs from ${server.ip}:${tcpPort} into established connections, ${denied.size} denied by the agent`;
  t.evidence.record({ kind: 'fault', lane: 'flows', summary });
  return denied.size;
}
