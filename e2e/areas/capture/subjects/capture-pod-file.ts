/** Capture files that stay in a pod of the subject: `<namespace>/<pod>:<path>`, fetched with exec. */
import { CaptureFileGone } from './capture-subject.ts';
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

/**
 * Base64 on the way, because exec delivers text. Throws CaptureFileGone when the pod is not there any more, or has no such file;
 * with the pod's words when it cannot be read.
 */
export async function fetchPodFile(
  cluster: Cluster,
  text: string,
  container: string,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { namespace, pod, path } = parsePodFile(text);
  const ref = { namespace, name: pod, container };
  const exec = (argv: readonly string[]) => cluster.api.exec(ref, argv, { signal, timeoutMs: FETCH_MS });
  try {
    const { code, stdout, stderr } = await exec(['base64', path]);
    if (code === 0) return new Uint8Array(Buffer.from(stdout, 'base64'));
    if ((await exec(['test', '-e', path])).code === 1) throw new CaptureFileGone(`there is no capture file ${text}`);
    throw new Error(`capture file ${text} could not be read: base64 ended with ${code}: ${stderr.trim()}`);
  } catch (error) {
    // A file goes with its pod; what cannot be asked because the API is away is another matter.
    if ((await cluster.api.get('v1', 'Pod', pod, namespace, signal)) === undefined)
      throw new CaptureFileGone(`capture file ${text} went with its pod`, { cause: error });
    throw error;
  }
}
