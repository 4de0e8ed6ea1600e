/** Capture files that stay in a pod of the subject: `<namespace>/<pod>:<path>`, fetched with exec. */
import type { Cluster } from '../../../harness/cluster/cluster.ts';

export interface PodFile {
  readonly namespace: string;
  readonly pod: string;
  readonly path: string;
}

const FETCH_MS = 60_000;

export function podFilePath({ namespace, pod, path }: PodFile): string {
  return `${namespace}/${pod}:${path}`;
}

/** Throws when the text is no such path. */
export function parsePodFile(text: string): PodFile {
  const [, namespace, pod, path] = /^([^/:]+)\/([^/:]+):(\/.+)$/.exec(text) ?? [];
  if (namespace === undefined || pod === undefined || path === undefined)
    throw new Error(`expected a capture file as <namespace>/<pod>:<path>, got "${text}"`);
  return { namespace, pod, path };
}

/** Base64 on the way, because exec delivers text. Throws with the pod's words when the file is not there. */
export async function fetchPodFile(
  cluster: Cluster,
  text: string,
  container: string,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { namespace, pod, path } = parsePodFile(text);
  const ref = { namespace, name: pod, container };
  const { code, stdout, stderr } = await cluster.api.exec(ref, ['base64', path], { signal, timeoutMs: FETCH_MS });
  if (code !== 0)
    throw new Error(`capture file ${text} could not be read: base64 ended with ${code}: ${stderr.trim()}`);
  return new Uint8Array(Buffer.from(stdout, 'base64'));
}
