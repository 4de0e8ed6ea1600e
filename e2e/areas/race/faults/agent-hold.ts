/**
 * Stops the agent between its snapshot of the kernel's table and its deletes: by SIGSTOP, on the node, at the first delete
 * line for a key of the owner. The datapath goes on. The stop undoes itself after a minute, whatever becomes of the suite.
 */
import type { LineProcess } from '../../../harness/cluster/cluster.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import type { NpaAgent } from '../evidence/npa-agent.ts';
import { stopAtLine } from './stop-at-line.ts';

const releasesItselfAfterSeconds = 60;

export interface AgentHold {
  /** Wall-clock ms of the stop. Rejects when no delete line comes in time. */
  stopped(timeoutMs: number): Promise<number>;
  /** Lets the agent go on. Idempotent. */
  release(): Promise<void>;
}

export async function armAgentHold(t: SpecContext, agent: NpaAgent, owner: string): Promise<AgentHold> {
  const { node } = agent;
  const [pid, path] = [await agent.pid(t.signal), await agent.logPath(t.signal)];
  const argv = stopAtLine({
    ...{ path, pid, releasesItselfAfterSeconds },
    announced: 'Check for any stale entries',
    wanted: `Conntrack cleanup Delete.*Owner IP - ${owner.replaceAll('.', '\\.')}[ "]`,
  });
  let process: LineProcess | undefined;
  const release = async (signal?: AbortSignal): Promise<void> => {
    const watching = process;
    process = undefined;
    if (watching === undefined) return;
    const options = signal === undefined ? { timeoutMs: 20_000 } : { timeoutMs: 20_000, signal };
    await node.exec(['kill', '-CONT', String(pid)], options);
    await watching.stop();
    // The watcher may have stopped the agent between the two.
    await node.exec(['kill', '-CONT', String(pid)], options);
  };
  t.defer('let the agent go on', (signal) => release(signal));
  process = await node.spawn(argv, { signal: t.signal });
  await process.waitFor((text) => text === 'watching', {
    timeoutMs: 10_000,
    signal: t.signal,
    what: `the watcher of ${path}`,
  });
  return {
    async stopped(timeoutMs) {
      const what = `first delete of a key of ${owner}`;
      const line = await (process ?? fail()).waitFor((text) => text.startsWith('stopped'), {
        timeoutMs,
        signal: t.signal,
        what,
      });
      return Number(line.split(' ')[1]);
    },
    release: () => release(t.signal),
  };
}

function fail(): never {
  throw new Error('the agent was let go already');
}
