/** What the machine itself lacks, as parts: packages, Docker's daemon, kind, sysctls, the leak guard. */
import type { Repair } from '../doctor/check.ts';
import { NotBuiltError, type PartOptions } from '../cache/cached-part.ts';
import { ensureRootTools } from '../images/root-file-system.ts';
import {
  bpfPackages,
  clientPackages,
  dockerPackages,
  installPackages,
  networkPackages,
} from '../machine/apt-packages.ts';
import { startDocker } from '../machine/docker-daemon.ts';
import { ensureKind } from '../machine/kind-binary.ts';
import { loadGuard } from '../machine/leak-guard.ts';
import { readOsRelease } from '../machine/os-release.ts';
import { raiseSysctls } from '../machine/sysctls.ts';
import { tryCommand } from '../process/run-command.ts';
import type { PartMaker } from './maker.ts';

interface RepairMaker extends Omit<PartMaker, 'name' | 'make'> {
  make(options: PartOptions): Promise<unknown>;
}

const packages = (list: () => readonly string[], expectedMs: number): RepairMaker => ({
  after: [],
  lane: 'packages',
  expectedMs,
  make: ({ signal, steps }) => installPackages(list(), { signal, log: (line) => steps.note(line) }),
});

/** Each is asked for by a row of doctor's table, and done only then. */
const repairs: Readonly<Record<Repair, RepairMaker>> = {
  'docker-packages': packages(() => dockerPackages(readOsRelease()), 60_000),
  'docker-daemon': {
    after: ['docker-packages'],
    lane: 'docker',
    expectedMs: 5_000,
    make: ({ signal, steps }) => startDocker({ signal, log: (line) => steps.note(line) }),
  },
  sysctls: {
    after: [],
    lane: 'docker',
    expectedMs: 100,
    make: ({ steps }) => Promise.resolve(raiseSysctls((line) => steps.note(line))),
  },
  kind: { after: [], lane: 'core', expectedMs: 15_000, make: (options) => ensureKind(options) },
  'bpf-packages': packages(() => bpfPackages, 40_000),
  'network-packages': packages(() => networkPackages, 20_000),
  'client-packages': packages(() => clientPackages, 90_000),
  guard: {
    // nft comes with either of them.
    after: ['docker-packages', 'network-packages'],
    lane: 'packages',
    expectedMs: 2_000,
    make: async ({ signal, steps }) => {
      const log = (line: string): void => steps.note(line);
      if ((await tryCommand(['nft', '--version'])).exitCode !== 0)
        await installPackages(['nftables', 'iproute2'], { signal, log });
      await loadGuard(log);
    },
  },
};

/** Makers for these repairs; whoever asks has found out that each is wanted. */
export function repairMakers(wanted: ReadonlySet<Repair>): readonly PartMaker[] {
  return [...wanted].map((name) => {
    const repair = repairs[name];
    return {
      ...repair,
      name,
      make: (options: PartOptions) => {
        if (options.onlyIfBuilt === true) throw new NotBuiltError(name, repair.expectedMs);
        return repair.make(options);
      },
    };
  });
}

/** Tools that only the building of images needs: no row of doctor's table asks for them. */
export const packageMakers: readonly PartMaker[] = [
  {
    name: 'package-tools',
    after: [],
    lane: 'packages',
    expectedMs: 10_000,
    make: (options) => ensureRootTools(options),
  },
];
