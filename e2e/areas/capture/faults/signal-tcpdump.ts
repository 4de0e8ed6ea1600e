/** A signal to the tcpdump of a capture, from the node: what an operator or the OOM killer does. */
import { capturesOnNode } from '../evidence/capture-processes.ts';
import type { CaptureView } from '../subjects/capture-subject.ts';
import type { CaptureStage } from '../stage/capture-stage.ts';

export async function signalTcpdump(stage: CaptureStage, view: CaptureView, signal: 'STOP' | 'KILL'): Promise<void> {
  const paths = new Set(view.files.map((file) => file.path));
  const pid = await stage.t.evidence.require({
    name: 'a tcpdump runs for the object',
    lane: 'files',
    prove: async () => {
      const [found, ...more] = (await capturesOnNode(stage.node)).filter(
        ({ file }) => file !== undefined && paths.has(file),
      );
      if (found === undefined || more.length > 0) return { proven: false, reason: `${more.length} run` };
      return { proven: true, value: found.pid, summary: `PID ${found.pid} on ${stage.node.name}` };
    },
  });
  await stage.node.run(['kill', `-${signal}`, String(pid)], { signal: stage.t.signal });
  stage.t.evidence.record({ kind: 'fault', lane: 'files', summary: `SIG${signal} to tcpdump ${pid}` });
}
