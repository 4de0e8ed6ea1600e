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

const BINARY = 'staleproof.dev/binary';
const ORIGINAL = 'staleproof.dev/original-pod-spec';
const MOUNTED = '/staleproof/kube-proxy';
const MOUNTED_CONFIG = '/staleproof/config.conf';
/** All nodes at once: the subject is replaced, not upgraded. */
const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '100%', maxSurge: 0 } };

/** Another binary than the image's, placed on every node. */
export interface PlacedBinary {
  /** Which one it is, for whoever looks at the DaemonSet: `1.31.0`, `+no-cleanup`. */
  readonly identity: string;
  /** Path on the nodes. */
  readonly path: string;
  /** Chosen at run time, for a binary that has several defects of ours. */
  readonly defect?: string | undefined;
  /** Path on the nodes of a configuration that replaces the cluster's. */
  readonly configPath?: string | undefined;
}

/** Identity of the binary that runs in place of the image's. */
export function binaryOf(daemonSet: DaemonSet): string | undefined {
  return daemonSet.metadata.annotations?.[BINARY];
}

/** Puts back the lists that another binary replaced; harmless on an untouched DaemonSet. */
export function withoutBinary(daemonSet: DaemonSet): TemplatePatch {
  const original = daemonSet.metadata.annotations?.[ORIGINAL];
  const spec = original === undefined ? daemonSet.spec.template.spec : (JSON.parse(original) as PodSpec);
  return {
    metadata: { annotations: { [BINARY]: null, [ORIGINAL]: null } },
    spec: {
      updateStrategy,
      template: {
        metadata: { annotations: { [BINARY]: null } },
        spec: { containers: spec.containers, volumes: spec.volumes ?? [] },
      },
    },
  };
}

/** Runs that binary instead of the image's. The original stays in an annotation. */
export function withBinary(clean: TemplatePatch, { identity, path, defect, configPath }: PlacedBinary): TemplatePatch {
  const { containers, volumes = [] } = clean.spec.template.spec;
  const [main, ...others] = containers;
  if (main?.command === undefined) throw new Error('kube-proxy container has no command to replace');
  const files = [
    { name: 'staleproof-binary', mountPath: MOUNTED, path },
    ...(configPath === undefined ? [] : [{ name: 'staleproof-config', mountPath: MOUNTED_CONFIG, path: configPath }]),
  ];
  const arguments_ = main.command.slice(1);
  const changed = {
    ...main,
    command: [
      MOUNTED,
      ...(configPath === undefined
        ? arguments_
        : arguments_.map((argument) => (argument.startsWith('--config=') ? `--config=${MOUNTED_CONFIG}` : argument))),
    ],
    env: [...(main.env ?? []), ...(defect === undefined ? [] : [{ name: 'STALEPROOF_DEFECT', value: defect }])],
    volumeMounts: [
      ...(main.volumeMounts ?? []),
      ...files.map(({ name, mountPath }) => ({ name, mountPath, readOnly: true })),
    ],
  };
  return {
    metadata: { annotations: { [BINARY]: identity, [ORIGINAL]: JSON.stringify({ containers, volumes }) } },
    spec: {
      updateStrategy,
      template: {
        metadata: { annotations: { [BINARY]: identity } },
        spec: {
          containers: [changed, ...others],
          volumes: [
            ...volumes,
            ...files.map((file) => ({ name: file.name, hostPath: { path: file.path, type: 'File' } })),
          ],
        },
      },
    },
  };
}
