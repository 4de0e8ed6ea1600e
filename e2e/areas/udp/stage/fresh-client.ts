/** A client beside the judged one whose flows begin anew ten times a second: same node, address and port. */
import { createHash } from 'node:crypto';
import type { ConntrackFollower } from '../../../harness/conntrack/conntrack-follower.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { FreshFlows } from '../evidence/fresh-flows.ts';
import type { ServiceStage } from './service-stage.ts';
import type { StageClient } from './stage-options.ts';

const INTERVAL_MS = 100;
/** Two minutes of ports. */
const PORTS = 1_200;
/** Below the ports that the kernel gives out and those of node ports. */
const FIRST = 15_000;

/** `follower` follows the node whose rules are asked; without one the proxy keeps no rows, and replies tell. */
export async function startFreshFlows(
  t: SpecContext,
  stage: ServiceStage,
  client: Pick<StageClient, 'name' | 'node' | 'host' | 'port' | 'hostNetwork'>,
  follower?: ConntrackFollower,
): Promise<FreshFlows> {
  const name = `fresh-${client.name}`;
  // Specs that run at the same time share a host's ports.
  const block = createHash('sha256').update(`${stage.namespace} ${name}`).digest().readUInt16BE(0) % 12;
  const firstPort = FIRST + block * PORTS;
  const pod = await stage.startPod({
    name,
    node: client.node,
    command: [
      'node',
      '/app/udp-client.mjs',
      `--host=${client.host}`,
      `--port=${client.port}`,
      `--source-port=${firstPort}`,
      `--interval-ms=${INTERVAL_MS}`,
      '--fresh',
    ],
    ...(client.hostNetwork ? { hostNetwork: true } : {}),
  });
  return new FreshFlows(t, await stage.streamOf(pod), firstPort, follower);
}
