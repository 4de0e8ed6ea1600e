/** Gives the captures of the target's node a disk of 100 MB of their own, which can be filled without harm to anything else. */
import { agentsOf } from '../subjects/capture-subject.ts';
import type { CaptureStage } from '../stage/capture-stage.ts';

const FOLDER = '/var/lib/packet-capture';
/** What is mounted there under another name is somebody else's. */
const DEVICE = 'staleproof-small-disk';
const BALLAST = `${FOLDER}/ballast`;

export interface CaptureDisk {
  fill(): Promise<void>;
  empty(): Promise<void>;
}

/** Mounts it and has the agent's pod made anew, for a running one keeps the folder that it has mounted. */
export async function smallCaptureDisk(stage: CaptureStage): Promise<CaptureDisk> {
  const { node, t } = stage;
  const mounted: { unmount?: () => Promise<void> } = {};
  t.defer('unmount the small disk', async (signal) => {
    await mounted.unmount?.();
    await replaceAgent(stage, signal);
  });
  mounted.unmount = await t.env.cluster.changeNode(node, {
    told: `the small disk on ${FOLDER} unmounted`,
    argv: ['sh', '-c', `mkdir -p ${FOLDER} && mount -t tmpfs -o size=100m ${DEVICE} ${FOLDER}`],
    // Its ballast goes with it.
    undo: ['sh', '-c', `! grep -q '^${DEVICE} ${FOLDER} ' /proc/mounts || umount -l ${FOLDER}`],
    signal: t.signal,
  });
  await replaceAgent(stage, t.signal);
  return {
    fill: async () => {
      // eslint-disable-next-line no-restricted-syntax -- it goes with the disk, which is journalled
      await node.run(['fallocate', '-l', '60M', BALLAST], { signal: t.signal });
      await t.evidence.require({
        name: 'less is free than the agent asks for',
        lane: 'disk',
        prove: async () => {
          const free = Number((await node.run(['df', '--output=avail', '-m', FOLDER])).split('\n')[1]);
          const summary = `${free} MiB free below ${FOLDER} on ${node.name}`;
          return free < 64 ? { proven: true, value: free, summary } : { proven: false, reason: summary };
        },
      });
    },
    empty: async () => {
      // eslint-disable-next-line no-restricted-syntax -- on that disk too
      await node.run(['rm', '-f', BALLAST], { signal: t.signal });
      t.evidence.record({ kind: 'fault', lane: 'disk', summary: 'room again' });
    },
  };
}

interface AgentPod {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly uid?: string };
  readonly spec: { readonly nodeName?: string };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

async function replaceAgent(stage: CaptureStage, signal: AbortSignal): Promise<void> {
  const { namespace, label } = agentsOf(stage.subject);
  const { api } = stage.t.env.cluster;
  const here = async (): Promise<AgentPod | undefined> =>
    (await api.list<AgentPod>('v1', 'Pod', { namespace, labelSelector: label }, signal)).find(
      (pod) => pod.spec.nodeName === stage.node.name,
    );
  const old = await here();
  if (old === undefined) throw new Error(`no capture agent on ${stage.node.name}`);
  await api.delete(
    { apiVersion: 'v1', kind: 'Pod', namespace, name: old.metadata.name },
    { signal, timeoutMs: 30_000 },
  );
  await stage.wait(`another agent is ready on ${stage.node.name}`, 60_000, async () => {
    const pod = await here();
    const ready = pod?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
    return ready === true && pod?.metadata.uid !== old.metadata.uid ? true : undefined;
  });
}
