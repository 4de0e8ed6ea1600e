/** The suite's own image is on nobody's registry: pods of it run a public image of Node.js, with their programs mounted. */

export interface ApplyObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** Filled in by the script's `IMAGE`. */
export const IMAGE_MARK = '@IMAGE@';
const OURS = /^(?:\S+\/)?staleproof(?:\/|-)fixtures[:@]/;

interface Container {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly volumeMounts?: readonly unknown[];
}
interface PodSpec {
  readonly containers?: readonly Container[];
  readonly volumes?: readonly unknown[];
  readonly template?: { readonly spec?: PodSpec };
}

/** The object for a cluster that lacks the suite's image, and which programs it starts. Others come back unchanged. */
export function asPodOfPublicImage(object: ApplyObject): {
  readonly pod: object;
  readonly programs: readonly string[];
} {
  const { spec } = object as ApplyObject & { readonly spec?: PodSpec };
  if (spec?.template?.spec !== undefined) {
    const { spec: inner, programs } = withPrograms(spec.template.spec);
    return { pod: { ...object, spec: { ...spec, template: { ...spec.template, spec: inner } } }, programs };
  }
  if (object.kind !== 'Pod' || spec === undefined) return { pod: object, programs: [] };
  const { spec: inner, programs } = withPrograms(spec);
  return { pod: { ...object, spec: inner }, programs };
}

function withPrograms(spec: PodSpec): { readonly spec: PodSpec; readonly programs: readonly string[] } {
  const containers = spec.containers ?? [];
  if (!containers.some(({ image = '' }) => OURS.test(image))) return { spec, programs: [] };
  const mounted = containers.map((container) =>
    OURS.test(container.image ?? '')
      ? {
          ...container,
          image: IMAGE_MARK,
          volumeMounts: [...(container.volumeMounts ?? []), { name: 'programs', mountPath: '/app' }],
        }
      : container,
  );
  const volumes = [...(spec.volumes ?? []), { name: 'programs', configMap: { name: 'programs' } }];
  const words = containers.flatMap(({ command = [] }) => command);
  const programs = words.flatMap((word) => /\/app\/([\w.-]+\.mjs)/.exec(word)?.[1] ?? []);
  return { spec: { ...spec, containers: mounted, volumes }, programs };
}
