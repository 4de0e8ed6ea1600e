/** A capture in the manner of kubectl plugins such as ksniff, with an image of the user's. No program of a plugin is run. */
import type { Cluster } from '../cluster/cluster.ts';
import type { CaptureCapability } from './capture-capabilities.ts';
import {
  PLUGIN_CONTAINER,
  PLUGIN_LABEL,
  pluginPod,
  pluginPodName,
  pluginView,
  type PluginPod,
  type TargetPod,
} from './capture-plugin-pod.ts';
import { fetchPodFile } from './capture-pod-file.ts';
import type { CaptureSubject } from './capture-subject.ts';
import type { SubjectContext } from './subject.ts';

const NAME = 'stand-in-kubectl-plugin';

/** The image is known from `install` on. */
export function pluginCapture(): CaptureSubject {
  let image: string | undefined;
  return {
    name: NAME,
    kind: 'packet-capture',
    agents: undefined,
    controller: undefined,
    preflight: (context) => Promise.resolve(pluginMissing(context)),
    install: async (context) => {
      image = imageOf(context);
      if (image !== undefined) await context.cluster.loadImage(image, context.signal);
    },
    // Its pods are in the specs' namespaces and go with them; those of a spec that was cut off are found by their label.
    remove: async ({ cluster, signal }) => {
      for (const { metadata } of await pluginPods(cluster, signal))
        await cluster.api.delete(
          { apiVersion: 'v1', kind: 'Pod', name: metadata.name, namespace: metadata.namespace ?? 'default' },
          { graceSeconds: 0, signal },
        );
    },
    // No `tcpdump-process`: its path is inside a pod. No `waits-for-pod`, `rebinds`: it looks once.
    capabilities: () => Promise.resolve<readonly CaptureCapability[]>(['live-file']),
    info: (context) =>
      Promise.resolve({
        name: NAME,
        kind: 'packet-capture',
        versions: { image: imageOf(context) ?? 'no image' },
        remarks: [
          'stand-in for kubectl plugins that capture from a privileged pod; their own programs are not run',
          'image given by --capture-image',
        ],
      }),
    logs: async ({ cluster, signal }) => {
      const texts = (await pluginPods(cluster, signal)).map(async ({ metadata: { name, namespace = 'default' } }) => {
        const ref = { namespace, name, container: PLUGIN_CONTAINER };
        return [`${namespace}/${name}`, await cluster.api.logs(ref, { signal }).catch(String)] as const;
      });
      return Object.fromEntries(await Promise.all(texts));
    },
    apply: async (cluster, request, signal) => {
      if (image === undefined) throw new Error(`${NAME} is not installed: no image (--capture-image)`);
      const { podName = '', namespace } = request;
      const target =
        podName === '' ? undefined : await cluster.api.get<TargetPod>('v1', 'Pod', podName, namespace, signal);
      await cluster.api.apply(pluginPod(request, target, image), signal);
    },
    view: async (cluster, namespace, name, signal) => {
      const pod = await cluster.api.get<PluginPod>('v1', 'Pod', pluginPodName(name), namespace, signal);
      if (pod === undefined) return undefined;
      const ref = { namespace, name: pod.metadata.name, container: PLUGIN_CONTAINER };
      // Before the container has started there is no log to read.
      return pluginView(pod, await cluster.api.logs(ref, { signal }).catch(() => ''));
    },
    delete: (cluster, namespace, name, signal) =>
      cluster.api.delete(
        { apiVersion: 'v1', kind: 'Pod', name: pluginPodName(name), namespace },
        { wait: false, graceSeconds: 0, signal },
      ),
    fetch: (cluster, file, signal) => fetchPodFile(cluster, file.path, PLUGIN_CONTAINER, signal),
    apiAnswers: () => Promise.resolve(undefined),
  };
}

export function pluginMissing(context: Pick<SubjectContext, 'options'>): readonly string[] {
  return imageOf(context) === undefined
    ? ['--capture-image: an image with sh, nsenter and tcpdump, as the plugin would start it']
    : [];
}

function imageOf({ options }: Pick<SubjectContext, 'options'>): string | undefined {
  const image = options['captureImage'];
  return typeof image === 'string' && image !== '' ? image : undefined;
}

function pluginPods(cluster: Cluster, signal: AbortSignal): Promise<readonly PluginPod[]> {
  return cluster.api.list<PluginPod>('v1', 'Pod', { labelSelector: PLUGIN_LABEL }, signal);
}
