/** What the catalogue knows of an agent's release, and what reports have to say of how it was made here. */
import { readCatalogue, type Release } from '../../../harness/subject/release-catalogue.ts';

const catalogue = new URL('npa-releases.yaml', import.meta.url);

/** Of `npa@1.5.0+variant`; undefined for an agent that the suite does not make. */
export function releaseOf(name: string): Release | undefined {
  const version = /@([^+]+)/.exec(name)?.[1];
  return readCatalogue(catalogue).releases.find((release) => release.version === version);
}

/** How a build differs from the release that others have; empty where nothing but the version stamp is ours. */
export function buildRemarks({ replaces, standIns, kernelFunctions }: Release): readonly string[] {
  const others = Object.entries(replaces).map(
    ([module, version]) => `${module.split('/').at(-1) ?? module} ${version}`,
  );
  return [
    ...(others.length === 0
      ? []
      : [
          `linked with ${others.join(' and ')}, because the module registry gives no newer one: it does not try a program load again that a signal interrupted`,
        ]),
    ...(Object.keys(standIns).length === 0
      ? []
      : [`stub: ${Object.keys(standIns).map((path) => path.split('/').slice(-2).join('/')).join(', ')}`]), // prettier-ignore
    ...(kernelFunctions.length === 0
      ? []
      : [`pre-linked: calls of kernel functions in ${kernelFunctions.join(', ')} were linked against this kernel's type information when they were compiled, as that loader does not`]), // prettier-ignore
  ];
}
