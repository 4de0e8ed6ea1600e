/** Port mappers by name. Declarations only; each is loaded when chosen. */
import { readCatalogue, type Release } from '../../../harness/subject/release-catalogue.ts';
import type { SubjectEntry } from '../../../harness/subject/subject.ts';
import type { PortmapMode } from './portmap-rules.ts';

const { releases } = readCatalogue(new URL('portmap-releases.yaml', import.meta.url));
const [newest] = releases.slice(-1) as [Release];

/** Which release has which defect is measured and stands in known-defects.yaml, so none is called good or bad here. */
function entryOf(mode: PortmapMode, release: Release): SubjectEntry {
  return {
    name: `portmap-${mode}@${release.version}`,
    kind: 'port-mapper',
    summary: `the CNI plugin portmap ${release.version}, built from its Go module, with ${mode}`,
    caughtBy: [],
    load: async () => (await import('./portmap.ts')).portmap(mode, { release }),
  };
}

const modesOf = (release: Release): readonly PortmapMode[] => release.modes as readonly PortmapMode[];

function variantOf(
  mode: PortmapMode,
  variant: string,
  entry: Pick<SubjectEntry, 'summary' | 'caughtBy' | 'caughtAs' | 'passes'>,
): SubjectEntry {
  return {
    name: `portmap-${mode}@${newest.version}+${variant}`,
    kind: 'port-mapper',
    ...entry,
    load: async () => (await import('./portmap.ts')).portmap(mode, { release: newest, variant }),
  };
}

const strangers = ['hostport/strangers-stay-when-a-pod-comes', 'hostport/strangers-stay-when-a-pod-goes'];

export const portMappers: readonly SubjectEntry[] = [
  ...releases.toReversed().flatMap((release) => modesOf(release).map((mode) => entryOf(mode, release))),
  {
    name: 'port-mapper@installed',
    kind: 'port-mapper',
    summary: 'what maps host ports already, whoever it is',
    caughtBy: [],
    load: async () => (await import('./installed-port-mapper.ts')).installedPortMapper(),
  },
  ...modesOf(newest).flatMap((mode) => [
    variantOf(mode, 'own-rows', {
      // Else nobody would know whether the specs that find the defect can be green.
      summary: `portmap ${newest.version} that flushes rows of its own mapping only`,
      caughtBy: [],
      passes: strangers,
    }),
    variantOf(mode, 'no-flush', {
      summary: `portmap ${newest.version} that flushes no rows, neither when a pod comes nor when it goes`,
      // Rows of a pod that goes are ended by the kernel itself where its rules masquerade: nobody is to blame for them there.
      caughtBy: ['hostport/pod-appears', 'hostport/sink-rollout'],
      caughtAs: ['mapped-row-removed: row-stays', 'senders-follow: some-stay'],
    }),
  ]),
];
