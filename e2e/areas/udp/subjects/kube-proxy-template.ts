/** kube-proxy's DaemonSet with and without another binary in it, as merge patches. Pure. */
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';

interface Container {
  readonly name: string;
  readonly command?: readonly string[];
  readonly env?: readonly { readonly name: string }[];
  readonly volumeMounts?: readonly { readonly name: string }[];
}

interface PodSpec {
  readonly containers: readonly Container[];
  readonly volumes?: readonly { readonly name: string }[];
}

export interface DaemonSet extends KubernetesObject {
  readonly spec: {
    readonly template: {
      readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
      readonly spec: PodSpec;
    };
  };
  readonly status?: {
    readonly desiredNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberReady?: number;
    readonly observedGeneration?: number;
  };
}

export interface TemplatePatch {
  readonly metadata: { readonly annotations: Readonly<Record<string, string | null>> };
  readonly spec: {
    readonly updateStrategy: object;
    readonly template: {
      readonly metadata: { readonly annotations: Readonly<Record<string, string | null>> };
      readonly spec: PodSpec;
    };
  };
}

const DEFECT = 'staleproof.dev/defect';
const ORIGINAL = 'staleproof.dev/original-pod-spec';
const VOLUME = 'staleproof-binary';
/** All nodes at once: the subject is replaced, not upgraded. */
const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '100%', maxSurge: 0 } };

export function defectOf(daemonSet: DaemonSet): string | undefined {
  return daemonSet.metadata.annotations?.[DEFECT];
}

/** Puts back the lists that a defect replaced; harmless on an untouched DaemonSet. */
export function withoutDefect(daemonSet: DaemonSet): TemplatePatch {
  const original = daemonSet.metadata.annotations?.[ORIGINAL];
  const spec = original === undefined ? daemonSet.spec.template.spec : (JSON.parse(original) as PodSpec);
  return {
    metadata: { annotations: { [DEFECT]: null, [ORIGINAL]: null } },
    spec: {
      updateStrategy,
      template: {
        metadata: { annotations: { [DEFECT]: null } },
        spec: { containers: spec.containers, volumes: spec.volumes ?? [] },
      },
    },
  };
}

/** Runs the binary at `path` of the node instead of the image's, with the defect switched on. The original stays in an annotation. */
export function withDefect(clean: TemplatePatch, defect: string, path: string): TemplatePatch {
  const { containers, volumes = [] } = clean.spec.template.spec;
  const [main, ...others] = containers;
  if (main?.command === undefined) throw new Error('kube-proxy container has no command to replace');
  const changed = {
    ...main,
    command: ['/staleproof/kube-proxy', ...main.command.slice(1)],
    env: [...(main.env ?? []), { name: 'STALEPROOF_DEFECT', value: defect }],
    volumeMounts: [...(main.volumeMounts ?? []), { name: VOLUME, mountPath: '/staleproof/kube-proxy', readOnly: true }],
  };
  const volume = { name: VOLUME, hostPath: { path, type: 'File' } };
  return {
    metadata: { annotations: { [DEFECT]: defect, [ORIGINAL]: JSON.stringify({ containers, volumes }) } },
    spec: {
      updateStrategy,
      template: {
        metadata: { annotations: { [DEFECT]: defect } },
        spec: { containers: [changed, ...others], volumes: [...volumes, volume] },
      },
    },
  };
}
