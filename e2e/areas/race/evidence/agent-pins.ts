/** What an agent keeps in a node's BPF file system for a pod: programs and maps, pinned by the name of its workload. */
import type { RaceEnd } from '../stage/race-stage.ts';

const folder = '/sys/fs/bpf/globals/aws';

/** Pods whose names differ after the last dash share one; the BPF file system refuses dots. */
function workloadOf({ name, ref }: Pick<RaceEnd, 'name' | 'ref'>): string {
  const workload = name.replaceAll('.', '_').split('-').slice(0, -1).join('-');
  return `${workload === '' ? name : workload}@${ref.namespace}`;
}

/** Where the agent pins the program for what comes in to a pod. */
export function ingressPin(end: Pick<RaceEnd, 'name' | 'ref'>): string {
  return `${folder}/programs/${workloadOf(end)}_handle_ingress`;
}

/** Names of all that is pinned for the pod on its node, each with its folder: `programs/…`, `maps/…`. */
export async function pinsOf(end: RaceEnd, signal: AbortSignal): Promise<readonly string[]> {
  // A node on which no agent ever loaded a program has none of these folders.
  const script = `test ! -d ${folder} || { cd ${folder} && find programs maps -name '${workloadOf(end)}_*'; }`;
  const text = await end.node.run(['sh', '-c', script], { signal, timeoutMs: 20_000 });
  return text.split('\n').filter((line) => line !== '');
}
