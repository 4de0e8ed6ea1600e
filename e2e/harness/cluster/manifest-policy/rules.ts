/** What a manifest of ours may not do without a reason: least privilege for Pods, no wildcards for roles. */

interface SecurityContext {
  readonly privileged?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
  readonly readOnlyRootFilesystem?: boolean;
  readonly capabilities?: { readonly drop?: readonly string[]; readonly add?: readonly string[] };
  readonly seccompProfile?: { readonly type?: string };
}
interface Container {
  readonly name: string;
  readonly imagePullPolicy?: string;
  readonly resources?: { readonly requests?: object; readonly limits?: { readonly memory?: string } };
  readonly securityContext?: SecurityContext;
}
interface PodSpec {
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly securityContext?: SecurityContext;
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes?: readonly { readonly hostPath?: { readonly path: string } }[];
}
interface PolicyRule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly verbs?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}
export interface ManifestObject {
  readonly kind: string;
  readonly metadata?: { readonly name?: string };
  readonly spec?: unknown;
  readonly rules?: readonly PolicyRule[];
}

/** `<kind>/<name>[/<container>] <rule>`: what an exception has to name, letter by letter. */
export type Violation = string;

export function violationsOf(object: ManifestObject): readonly Violation[] {
  const place = `${object.kind}/${object.metadata?.name ?? '?'}`;
  const pod = podSpecOf(object);
  return [
    ...(object.rules ?? []).flatMap((rule) => wildcards(rule)).map((broken) => `${place} ${broken}`),
    ...(pod === undefined ? [] : podViolations(place, pod)),
  ];
}

/** Of a Pod, of what has a template, and of a CronJob's job. */
export function podSpecOf({ kind, spec }: ManifestObject): PodSpec | undefined {
  if (kind === 'Pod') return spec as PodSpec;
  type Templated = {
    readonly template?: { readonly spec?: PodSpec };
    readonly jobTemplate?: { readonly spec?: Templated };
  };
  const templated = spec as Templated | undefined;
  return (templated?.template ?? templated?.jobTemplate?.spec?.template)?.spec;
}

function wildcards(rule: PolicyRule): readonly string[] {
  return (['apiGroups', 'resources', 'verbs', 'nonResourceURLs'] as const)
    .filter((field) => (rule[field] ?? []).some((value) => value.includes('*')))
    .map((field) => `wildcard in ${field}`);
}

function podViolations(place: string, pod: PodSpec): readonly Violation[] {
  // An account of its own is there to be used; without one the token of `default` would be mounted for nothing.
  const idleToken = pod.serviceAccountName === undefined && pod.automountServiceAccountToken !== false;
  const broken: readonly (readonly [string, boolean])[] = [
    ['hostNetwork', pod.hostNetwork === true],
    ['hostPID', pod.hostPID === true],
    ['hostIPC', pod.hostIPC === true],
    ['token of the default service account', idleToken],
  ];
  return [
    ...broken.flatMap(([name, isBroken]) => (isBroken ? [`${place} ${name}`] : [])),
    ...(pod.volumes ?? []).flatMap(({ hostPath }) =>
      hostPath === undefined ? [] : [`${place} hostPath ${hostPath.path}`],
    ),
    ...[...(pod.initContainers ?? []), ...pod.containers].flatMap((container) =>
      containerViolations(container, pod).map((name) => `${place}/${container.name} ${name}`),
    ),
  ];
}

function containerViolations(container: Container, pod: PodSpec): readonly string[] {
  const own = container.securityContext ?? {};
  const common: readonly (readonly [string, boolean])[] = [
    ['no requests', container.resources?.requests === undefined],
    ['no memory limit', container.resources?.limits?.memory === undefined],
    ['image pull policy', !['IfNotPresent', 'Never'].includes(container.imagePullPolicy ?? '')],
  ];
  const seccomp = (own.seccompProfile ?? pod.securityContext?.seccompProfile)?.type;
  // A privileged container has every capability and no seccomp, whatever else stands there.
  const confinement: readonly (readonly [string, boolean])[] =
    own.privileged === true
      ? [['privileged', true]]
      : [
          ['privilege escalation', own.allowPrivilegeEscalation !== false],
          ['capabilities not dropped', !(own.capabilities?.drop ?? []).includes('ALL')],
          ['seccomp not RuntimeDefault', seccomp !== 'RuntimeDefault'],
          ['writable root file system', own.readOnlyRootFilesystem !== true],
          ...(own.capabilities?.add ?? []).map((name) => [`capability ${name}`, true] as const),
        ];
  return [...confinement, ...common].flatMap(([name, isBroken]) => (isBroken ? [name] : []));
}
