/**
 * A capture as kubectl plugins make it: a privileged pod on the target's node that looks up a process of the first container once,
 * by its container ID, and runs tcpdump in that process's network namespace. Nothing looks again when the pod is replaced.
 */
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';
import { podFilePath } from './capture-pod-file.ts';
import type { CaptureRequest, CaptureView } from './capture-subject.ts';

export const PLUGIN_LABEL = 'app.kubernetes.io/name=stand-in-kubectl-plugin';
export const PLUGIN_CONTAINER = 'tcpdump';
const FILE = '/captures/capture.pcap';

/**
 * `by-container`: the process whose network is entered is found once, by its container's ID. `buffered`: so, too, but packets may
 * wait in the kernel, as they do in plugins that leave out --immediate-mode. `by-name`: by its pod's name, whenever a capture ends.
 */
export type PluginStyle = 'by-container' | 'buffered' | 'by-name';

export interface TargetPod extends KubernetesObject {
  readonly spec: { readonly nodeName?: string };
  readonly status?: { readonly containerStatuses?: readonly { readonly containerID?: string }[] };
}
export interface PluginPod extends KubernetesObject {
  readonly spec: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly startTime?: string;
    readonly containerStatuses?: readonly {
      readonly state?: { readonly waiting?: { readonly reason?: string }; readonly running?: object };
    }[];
  };
}

export function pluginPodName(name: string): string {
  return `plugin-${name}`;
}

/** Throws for what a plugin cannot do: labels, and a pod that does not run yet. */
export function pluginPod(
  request: CaptureRequest,
  target: TargetPod | undefined,
  image: string,
  style: PluginStyle = 'by-container',
): KubernetesObject {
  const { namespace, name, podName, limits } = request;
  if (podName === undefined) throw new Error('a kubectl plugin captures one pod by its name, no labels');
  const nodeName = target?.spec.nodeName;
  const containerId = /^[a-z-]+:\/\/([0-9a-f]+)$/.exec(target?.status?.containerStatuses?.[0]?.containerID ?? '')?.[1];
  if (nodeName === undefined || containerId === undefined)
    throw new Error(
      `a kubectl plugin captures a pod that runs: ${namespace}/${podName} ${target === undefined ? 'does not exist' : 'has no container yet'}`,
    );
  const [key = '', value = ''] = PLUGIN_LABEL.split('=');
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: pluginPodName(name), namespace, labels: { [key]: value } },
    spec: {
      nodeName,
      hostPID: true,
      restartPolicy: 'Never',
      containers: [
        {
          name: PLUGIN_CONTAINER,
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['sh', '-c', pluginScript(limits, style)],
          env: [
            { name: 'CONTAINER_ID', value: containerId },
            { name: 'POD_NAME', value: podName },
          ],
          securityContext: { privileged: true },
          volumeMounts: [{ name: 'captures', mountPath: '/captures' }],
        },
      ],
      volumes: [{ name: 'captures', emptyDir: {} }],
    },
  };
  return object;
}

/** The pod stays when tcpdump has ended, because its file goes with it. */
function pluginScript(limits: CaptureRequest['limits'], style: PluginStyle): string {
  const time = limits?.seconds === undefined ? '' : `timeout -s INT ${limits.seconds} `;
  const count = limits?.packets === undefined ? '' : ` -c ${limits.packets}`;
  const mode = style === 'buffered' ? '' : ' --immediate-mode';
  const tcpdump = `${time}nsenter -t "$pid" -n tcpdump -i eth0${mode} -n -U -Z root${count} -w ${FILE}`;
  if (style === 'by-name')
    return [
      'while :; do',
      // Every container has its pod's name as host name: those of other namespaces too.
      '  pid=$(grep -lz "^HOSTNAME=$POD_NAME$" /proc/[0-9]*/environ 2>/dev/null | head -n 1 | cut -d / -f 3)',
      `  [ -n "$pid" ] && ${tcpdump}`,
      '  sleep 0.2',
      'done',
    ].join('\n');
  return [
    'pid=$(grep -l "$CONTAINER_ID" /proc/[0-9]*/cgroup 2>/dev/null | head -n 1 | cut -d / -f 3)',
    '[ -n "$pid" ] || { echo "no process of container $CONTAINER_ID" >&2; exit 1; }',
    tcpdump,
    'echo "tcpdump ended with $? at $(date +%s)"',
    'exec tail -f /dev/null',
  ].join('\n');
}

/** `log` is what the pod has said. Which pod instance it entered it does not know. */
export function pluginView(pod: PluginPod, log: string): CaptureView {
  const { phase = 'Pending', startTime = '', containerStatuses = [] } = pod.status ?? {};
  const listening = log.includes('listening on ');
  const [, code, endedAt] = /^tcpdump ended with (\d+) at (\d+)$/m.exec(log) ?? [];
  const packets = Number(/^(\d+) packets? captured$/m.exec(log)?.[1] ?? 0);
  const state = containerStatuses[0]?.state;
  const over = code !== undefined || phase === 'Failed' || phase === 'Succeeded';
  const capturing = listening && !over && state?.running !== undefined;
  const failed = phase === 'Failed' || (over && !listening);
  const { name, namespace = 'default', uid = '' } = pod.metadata;
  return {
    uid,
    phase: failed ? 'Failed' : over ? 'Completed' : capturing ? 'Capturing' : 'Pending',
    capturing,
    reason: failed ? (log.trim().split('\n').at(-1) ?? '') : (state?.waiting?.reason ?? ''),
    podUID: undefined,
    files: listening
      ? [
          {
            epoch: 1,
            podUID: undefined,
            sandboxID: undefined,
            nodeName: pod.spec.nodeName ?? '',
            path: podFilePath({ namespace, pod: name, path: FILE }),
            startedAtMs: Date.parse(startTime),
            endedAtMs: endedAt === undefined ? undefined : Number(endedAt) * 1000,
            endReason: code === undefined ? undefined : `exit code ${code}`,
            packets,
          },
        ]
      : [],
  };
}
