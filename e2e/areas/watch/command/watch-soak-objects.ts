/** The objects of one soaking pod: manifests/apiserver-watcher with names, image and environment of the cell. */
import { readFile } from 'node:fs/promises';
import { loadAll } from 'js-yaml';
import type { KubeApi } from '../../../harness/cluster/cluster.ts';
import { runTool } from '../stage/idle-load-balancer-netns.ts';
import { InfrastructureError } from '../../../harness/run/verdict-errors.ts';
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';

const manifest = new URL('../../../../manifests/apiserver-watcher/apiserver-watcher.yaml', import.meta.url);

export interface SoakPod {
  readonly name: string;
  readonly namespace: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly trigger: string;
}

export async function soakObjects(pod: SoakPod): Promise<readonly KubernetesObject[]> {
  const text = (await readFile(manifest, 'utf8'))
    .replaceAll(/(name|serviceAccountName|app\.kubernetes\.io\/name): apiserver-watcher\b/g, `$1: ${pod.name}`)
    .replaceAll('resourceNames: [trigger]', `resourceNames: [${pod.trigger}]`);
  return (loadAll(text) as DeploymentLike[]).map((object) => {
    const container = object.spec?.template?.spec.containers[0];
    if (container !== undefined) {
      container.image = pod.image;
      container.command = pod.command;
      container.env = Object.entries(pod.env).map(([name, value]) => ({ name, value }));
    }
    const subjects = object.subjects?.map((subject) => ({ ...subject, namespace: pod.namespace }));
    const metadata = { ...object.metadata, namespace: pod.namespace };
    return { ...object, metadata, ...(subjects === undefined ? {} : { subjects }) };
  });
}

interface DeploymentLike extends KubernetesObject {
  readonly spec?: {
    readonly template?: {
      readonly spec: { readonly containers: { image: string; command: readonly string[]; env: unknown }[] };
    };
  };
  readonly subjects?: readonly object[];
}

/** Puts a local image on every node of a kind cluster. Throws InfrastructureError elsewhere: there --image names one of a registry. */
export async function loadIntoKind(api: KubeApi, image: string, signal: AbortSignal): Promise<void> {
  const nodes = await api.list<KubernetesObject & { readonly spec?: { readonly providerID?: string } }>(
    'v1',
    'Node',
    {},
    signal,
  );
  const foreign = nodes.find(({ spec }) => spec?.providerID?.startsWith('kind://') !== true);
  if (foreign !== undefined)
    throw new InfrastructureError(
      `node ${foreign.metadata.name} is no kind node, and the image ${image} is only on this machine: push it to a registry and name it with --image, or use --path public`,
    );
  const save = (name: string): Promise<string> =>
    runTool(
      [
        'sh',
        '-c',
        'docker save "$1" | docker exec -i "$2" ctr -n k8s.io images import --no-unpack -',
        'sh',
        image,
        name,
      ],
      { signal, timeoutMs: 300_000 },
    );
  for (const { metadata } of nodes) await save(metadata.name);
}
