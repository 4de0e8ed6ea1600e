/** Tells the client, from the node itself and within milliseconds, that the agent has logged the first delete of an owner's key. */
import type { SpecContext } from '../../../harness/run/context.ts';
import { signalPort } from '../stage/race-objects.ts';
import type { RaceStage } from '../stage/race-stage.ts';

/** Returns how to call it off. */
export async function armDeleteSignal(t: SpecContext, stage: RaceStage): Promise<() => Promise<void>> {
  const { agent, client, ownerEnd } = stage;
  const pattern = `Conntrack cleanup Delete.*Owner IP - ${ownerEnd.ip.replaceAll('.', '\\.')}[ "]`;
  // bash opens the datagram socket by itself; without bash the harness' own way is used, which is slower.
  const script = `tail -n 0 -F ${await agent.logPath(t.signal)} 2>/dev/null | {
    grep -m 1 -q -E '${pattern}'; echo go > /dev/udp/${client.ip}/${signalPort}; }`;
  const watcher = await agent.node.spawn(['nice', '-n', '-10', 'bash', '-c', script], { signal: t.signal });
  t.defer('stop waiting for the first delete', () => watcher.stop());
  return () => watcher.stop();
}
