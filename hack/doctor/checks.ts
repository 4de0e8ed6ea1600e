/** All prerequisites, one literal each, in the order in which they have to be met. */
import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { homedir } from 'node:os';
import { goVersion } from '../go/go-build.ts';
import { kernelFeatures, missingKernelFeatures, missingTool } from './kernel-features.ts';
import { bpfPackages, clientPackages, networkPackages } from '../machine/apt-packages.ts';
import { dockerVersion } from '../machine/docker-daemon.ts';
import { builtKind, installedKind, kindVersion } from '../machine/kind-binary.ts';
import { readGuardCounters } from '../machine/leak-guard.ts';
import { lowSysctls, minimums, readSysctl } from '../machine/sysctls.ts';
import { tryCommand } from '../process/run-command.ts';
import { clientNeeds } from '../subjects/clients.ts';
import { npaBuildNeeds } from '../subjects/npa-build.ts';
import type { Check, Probe } from './check.ts';
import { isAtLeast, parseVersion } from './versions.ts';

const minimumNode = '20.19.0';
const minimumGo = '1.26.0';
const minimumDocker = '23.0.0';
const gib = 1024 ** 3;

const onKind: Check['applies'] = ({ provider }) => provider === 'kind';
const always = (): boolean => true;
const ok = (found: string): Probe => ({ state: 'ok', found });
const missing = (found: string, remedy?: string): Probe => ({
  state: 'missing',
  found,
  ...(remedy === undefined ? {} : { remedy }),
});

const machineChecks: readonly Check[] = [
  {
    what: 'Node.js',
    neededBy: 'the suite',
    remedy: `Node.js ≥ ${minimumNode} from https://nodejs.org`,
    applies: always,
    probe: () => Promise.resolve(atLeast(process.versions.node, minimumNode)),
  },
  {
    what: 'Docker',
    neededBy: 'kind clusters, images',
    remedy: 'https://docs.docker.com/engine/install/',
    repair: 'docker-packages',
    applies: onKind,
    async probe() {
      const client = await tryCommand(['docker', '--version'], { timeout: 10_000 });
      const daemon = await tryCommand(['sh', '-c', 'command -v dockerd'], { timeout: 10_000 });
      if (client.exitCode !== 0) return missing('no docker command');
      if (daemon.exitCode === 0 || (await dockerVersion()) !== undefined)
        return ok(`client ${parseVersion(client.stdout) ?? '?'}`);
      return missing('a client, but no daemon is installed');
    },
  },
  {
    what: 'Docker daemon',
    neededBy: 'kind clusters, images',
    remedy: 'start it: systemctl start docker, or dockerd by hand',
    repair: 'docker-daemon',
    applies: onKind,
    async probe() {
      const version = await dockerVersion();
      return version === undefined ? missing('does not answer') : atLeast(version, minimumDocker);
    },
  },
  {
    what: 'node image',
    neededBy: 'kind clusters',
    remedy: '',
    applies: onKind,
    probe({ nodeImage, mustBuild }) {
      if (nodeImage !== undefined) return Promise.resolve(ok(nodeImage));
      return Promise.resolve(
        ok(mustBuild ? 'none yet; a run builds it (about 15 min, once)' : 'none yet; a run pulls it'),
      );
    },
  },
  {
    what: 'Go',
    neededBy: 'building kind, the node image, Go clients and agents',
    remedy: `Go ≥ ${minimumGo} from https://go.dev/dl`,
    applies: onKind,
    async probe({ mustBuild }) {
      const version = await goVersion().then(parseVersion, () => undefined);
      if (version !== undefined && isAtLeast(version, minimumGo)) return ok(version);
      const found = version === undefined ? 'not found' : `${version}, older than ${minimumGo}`;
      return mustBuild ? missing(found) : { state: 'limited', found };
    },
  },
  {
    what: 'BPF compiler',
    remedy: `Debian packages ${bpfPackages.join(', ')}`,
    repair: 'bpf-packages',
    applies: onKind,
    async probe() {
      const lacking = await npaBuildNeeds();
      return lacking.length === 0 ? ok('clang, libbpf, bpftool, BTF') : { state: 'limited', found: lacking.join('; ') };
    },
  },
  {
    what: 'network tools',
    remedy: `Debian packages ${networkPackages.join(', ')}`,
    repair: 'network-packages',
    applies: (around) => onKind(around) && process.platform === 'linux',
    async probe() {
      const programs = ['tcpdump', 'haproxy', 'python3', 'conntrack', 'nft', 'ip', 'iptables'];
      const found = await Promise.all(
        programs.map((name) => tryCommand(['sh', '-c', `command -v ${name}`], { timeout: 10_000 })),
      );
      const lacking = programs.filter((_, index) => found[index]?.exitCode !== 0);
      return lacking.length === 0
        ? ok(programs.join(', '))
        : { state: 'limited', found: `not found: ${lacking.join(', ')}` };
    },
  },
  {
    what: 'client compilers',
    remedy: `Debian packages ${clientPackages.join(', ')}; Rust from https://rustup.rs`,
    repair: 'client-packages',
    applies: (around) => onKind(around) && process.platform === 'linux',
    async probe() {
      const lacking = await clientNeeds();
      return lacking.length === 0
        ? ok('Java, Maven, mcs, pip, cargo')
        : { state: 'limited', found: lacking.join('; ') };
    },
  },
  {
    what: 'kind',
    neededBy: 'kind clusters',
    remedy: `go install sigs.k8s.io/kind@v${kindVersion}`,
    repair: 'kind',
    applies: onKind,
    async probe() {
      const found = (await installedKind()) ?? builtKind();
      return found === undefined ? missing(`not ${kindVersion}`) : ok(kindVersion);
    },
  },
  {
    what: 'inotify',
    neededBy: 'three nodes on one kernel',
    remedy: Object.entries(minimums)
      .map(([key, value]) => `sysctl -w ${key}=${value}`)
      .join(' '),
    repair: 'sysctls',
    applies: (around) => onKind(around) && process.platform === 'linux',
    probe() {
      const low = lowSysctls().map(({ key, found, wanted }) => `${key.split('.').at(-1) ?? ''} ${found} < ${wanted}`);
      const now = Object.keys(minimums).map(readSysctl).join(' and ');
      return Promise.resolve(low.length === 0 ? ok(now) : raisedByRun(low.join(', ')));
    },
  },
  {
    what: 'leak guard',
    neededBy: 'a machine on which no registry answers (or --guard)',
    remedy: 'npm run doctor -- --setup loads it (nft table inet staleproof_guard)',
    repair: 'guard',
    applies: (around) => onKind(around) && !around.registryAnswers && process.platform === 'linux',
    async probe() {
      const counters = await readGuardCounters();
      if (counters === undefined) return raisedByRun('not loaded');
      const stopped = Object.values(counters).reduce((sum, packets) => sum + packets, 0);
      return ok(`loaded, ${stopped} packets stopped`);
    },
  },
  {
    what: 'free disk',
    neededBy: 'images, caches and nodes',
    remedy: 'free some space, or move the cache by XDG_CACHE_HOME',
    applies: onKind,
    async probe({ mustBuild }) {
      const { bavail, bsize } = await statfs(homedir());
      return enough((bavail * bsize) / gib, mustBuild ? 20 : 8);
    },
  },
  {
    what: 'free memory',
    neededBy: 'three nodes (1 GB), the compiler when it runs (3 GB)',
    remedy: 'stop something',
    applies: (around) => onKind(around) && process.platform === 'linux',
    probe({ mustBuild }) {
      const available = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1] ?? '0';
      return Promise.resolve(enough((Number(available) * 1024) / gib, mustBuild ? 5 : 2));
    },
  },
];

/** One row a kernel feature; all of them are probed by one call. */
function kernelChecks(): readonly Check[] {
  let probed: ReturnType<typeof missingKernelFeatures> | undefined;
  return kernelFeatures.map(({ name, neededBy, required }) => ({
    what: `kernel: ${name}`,
    ...(neededBy === undefined ? {} : { neededBy }),
    remedy: required ? 'another kernel' : 'another kernel; specs that need it are skipped',
    applies: onKind,
    async probe({ nodeImage }) {
      const features = await (probed ??= missingKernelFeatures(nodeImage));
      if (features === undefined)
        return { state: 'limited', found: 'not probed (needs root or a node image)', remedy: '' };
      const reason = features[name];
      if (reason === undefined) return ok('works');
      const tool = missingTool(reason);
      // The kernel was not asked: nothing is known of it until the tool is there.
      if (tool !== undefined)
        return {
          state: required ? 'missing' : 'limited',
          found: `no ${tool} command to probe it with`,
          remedy: 'Debian packages iptables, nftables, iproute2',
          repair: 'network-packages',
        };
      return { state: required ? 'missing' : 'limited', found: reason };
    },
  }));
}

export function allChecks(): readonly Check[] {
  return [...machineChecks, ...kernelChecks()];
}

/** What every run of root sets and gc takes back again is nothing to install; anybody else has to ask for it. */
function raisedByRun(found: string): Probe {
  if (process.getuid?.() !== 0) return missing(found);
  return { state: 'limited', found: `${found}; a run sets it`, remedy: 'nothing to do' };
}

function atLeast(version: string, minimum: string): Probe {
  const plain = parseVersion(version) ?? version;
  return isAtLeast(plain, minimum) ? ok(version) : missing(`${version}, older than ${minimum}`);
}

// A little too little slows a run down; a quarter of it breaks one.
function enough(found: number, wanted: number): Probe {
  const text = `${found.toFixed(1)} GiB of ${wanted} GiB`;
  if (found >= wanted) return ok(`${found.toFixed(1)} GiB`);
  return { state: found >= wanted / 4 ? 'limited' : 'missing', found: text };
}
