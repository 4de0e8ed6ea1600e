/** Does what doctor says is missing, where it knows how: Debian and Ubuntu, as root. */
import type { Repair, Row } from './doctor/check.ts';
import {
  bpfPackages,
  clientPackages,
  dockerPackages,
  installPackages,
  networkPackages,
} from './machine/apt-packages.ts';
import { startDocker } from './machine/docker-daemon.ts';
import { ensureKind } from './machine/kind-binary.ts';
import { loadGuard } from './machine/leak-guard.ts';
import { readOsRelease, whyNoSetup } from './machine/os-release.ts';
import { raiseSysctls } from './machine/sysctls.ts';
import { createSteps } from './process/steps.ts';

export interface SetUpOptions {
  readonly signal?: AbortSignal | undefined;
  readonly log: (line: string) => void;
}

const order: readonly Repair[] = [
  'docker-packages',
  'docker-daemon',
  'sysctls',
  'kind',
  'bpf-packages',
  'network-packages',
  'client-packages',
  'guard',
];

// Neither of these needs a package manager: they work on every Linux.
const anywhere = new Set<Repair>(['kind']);

/** Returns what it could not do, as lines that say what to do by hand; an empty list means done. */
export async function setUp(missing: readonly Row[], options: SetUpOptions): Promise<readonly string[]> {
  const why = whyNoSetup(readOsRelease());
  const left = missing.filter(({ repair }) => repair === undefined).map((row) => `${row.what}: ${row.remedy}`);
  const wanted = new Set(missing.flatMap(({ repair }) => repair ?? []));
  // A daemon that was not installed a moment ago does not run either; its tools (nft) come with it.
  for (const repair of order.filter((name) => wanted.has(name))) {
    if (why !== undefined && !anywhere.has(repair)) {
      const row = missing.find((candidate) => candidate.repair === repair);
      left.push(
        `${row?.what ?? repair}: ${row?.remedy ?? ''} (--setup does it on Debian and Ubuntu as root; here: ${why})`,
      );
    } else {
      await repairs[repair](options);
    }
  }
  return left;
}

const repairs: Readonly<Record<Repair, (options: SetUpOptions) => Promise<unknown>>> = {
  'docker-packages': (options) => installPackages(dockerPackages(readOsRelease()), options),
  'docker-daemon': (options) => startDocker(options),
  sysctls: ({ log }) => Promise.resolve(raiseSysctls(log)),
  kind: ({ log, signal }) => ensureKind({ steps: createSteps(log), signal }),
  'bpf-packages': (options) => installPackages(bpfPackages, options),
  'network-packages': (options) => installPackages(networkPackages, options),
  'client-packages': (options) => installPackages(clientPackages, options),
  guard: async ({ log }) => {
    await installPackagesFor('nft', ['nftables', 'iproute2'], log);
    await loadGuard(log);
  },
};

async function installPackagesFor(
  program: string,
  packages: readonly string[],
  log: (line: string) => void,
): Promise<void> {
  const { tryCommand } = await import('./process/run-command.ts');
  if ((await tryCommand([program, '--version'])).exitCode !== 0) await installPackages(packages, { log });
}
