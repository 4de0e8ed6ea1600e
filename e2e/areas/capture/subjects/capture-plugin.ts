/** A capture in the manner of kubectl plugins such as ksniff. No program of a plugin is run; the image is the suite's own unless one is given. */
import type { Cluster } from '../../../harness/cluster/cluster.ts';
import type { CaptureCapability } from './kind.ts';
import {
  PLUGIN_CONTAINER,
  PLUGIN_LABEL,
  pluginPod,
  pluginPodName,
  pluginView,
  type PluginPod,
  type PluginStyle,
  type TargetPod,
} from './capture-plugin-pod.ts';
import { fetchPodFile } from './capture-pod-file.ts';
import type { CaptureSubject } from './capture-subject.ts';
import type { SubjectContext } from '../../../harness/subject/subject.ts';

const NAME = 'stand-in-kubectl-plugin';
// No `tcpdump-process`: its path is inside a pod. No `waits-for-pod`: it looks for a process that runs.
const CAN: readonly CaptureCapability[] = ['live-file', 'limits'];

const STATUS_MS = 30_000;

/** The image is known from `install` on. */
export function pluginCapture(style: PluginStyle = 'by-container'): CaptureSubject {
  const name = style === 'by-container' ? NAME : `${NAME}+${style}`;
  const can = style === 'by-name' ? [...CAN, 'rebinds' as const] : CAN;
  let image: string | undefined;
  return {
    name,
    kind: 'packet-capture',
    can,
    agents: undefined,
    controller: undefined,
    preflight: () => Promise.resolve([]),
    install: async (context) => {
      image = imageOf(context);
      await context.cluster.loadImage(image, context.signal);
    },
    // Its pods are in the specs' namespaces and go with them; those of a spec that was cut off are found by their label.
    remove: async ({ cluster, signal }) => {
      for (const { metadata } of await pluginPods(cluster, signal))
        await cluster.api.delete(
          { apiVersion: 'v1', kind: 'Pod', name: metadata.name, namespace: metadata.namespace ?? 'default' },
          { graceSeconds: 0, signal },
        );
    },
    capabilities: () => Promise.resolve(can),
    info: (context) =>
      Promise.resolve({
        name,
        kind: 'packet-capture',
        versions: { image: imageOf(context) },
        remarks: [
          'stand-in for kubectl plugins that capture from a privileged pod; their own programs are not run',
          ...(style === 'by-container' ? [] : [`known bad: ${style}`]),
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
      if (image === undefined) throw new Error(`${name} is not installed`);
      const { podName = '', namespace } = request;
      const target = podName === '' ? undefined : await runningTarget(cluster, namespace, podName, signal);
      await cluster.api.apply(pluginPod(request, target, image, style), signal);
    },
    view: async (cluster, namespace, name, signal) => {
      const pod = await cluster.api.get<PluginPod>('v1', 'Pod', pluginPodName(name), namespace, signal);
      if (pod === undefined) return undefined;
      const ref = { namespace, name: pod.metadata.name, container: PLUGIN_CONTAINER };
      // Before the container has started there is no log to read.
      return pluginView(pod, await cluster.api.logs(ref, { signal }).catch(() => ''));
    },
    delete: async (cluster, namespace, name, signal) => {
      const pod = { apiVersion: 'v1', kind: 'Pod', name: pluginPodName(name), namespace };
      await cluster.api.delete(pod, { wait: false, graceSeconds: 0, signal });
    },
    fetch: (cluster, file, signal) => fetchPodFile(cluster, file.path, PLUGIN_CONTAINER, signal),
    apiAnswers: () => Promise.resolve(undefined),
  };
}

/** The pod as soon as its status names a container, which it does a moment after the container speaks. */
function runningTarget(cluster: Cluster, namespace: string, name: string, signal: AbortSignal): Promise<TargetPod> {
  return cluster.api.waitFor<TargetPod, TargetPod>(
    { apiVersion: 'v1', kind: 'Pod', namespace, name },
    ([pod]) => (pod?.status?.containerStatuses?.[0]?.containerID === undefined ? undefined : pod),
    { timeoutMs: STATUS_MS, signal, what: `the status of ${namespace}/${name} names a container` },
  );
}

function imageOf({ options, fixturesImage }: Pick<SubjectContext, 'options' | 'fixturesImage'>): string {
  const image = options.captureImage;
  return typeof image === 'string' && image !== '' ? image : fixturesImage;
}

function pluginPods(cluster: Cluster, signal: AbortSignal): Promise<readonly PluginPod[]> {
  return cluster.api.list<PluginPod>('v1', 'Pod', { labelSelector: PLUGIN_LABEL }, signal);
}
