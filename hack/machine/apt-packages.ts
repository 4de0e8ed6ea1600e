/** Debian packages for the set-up. Docker comes from trixie on bookworm, alone: `apt-get -t trixie` would upgrade libc too. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stateRoot } from '../cache/cache-folders.ts';
import { runLogged, tryCommand } from '../process/run-command.ts';
import type { OsRelease } from './os-release.ts';

/** What compiles the BPF programs of a policy agent: compiler, headers, and the reader of the kernel's types. */
export const bpfPackages = ['clang', 'libbpf-dev', 'bpftool'] as const;

const trixieSource = '/etc/apt/sources.list.d/staleproof-trixie.sources';
// What the set-up and the node access call on this machine itself.
const tools = ['iptables', 'nftables', 'iproute2', 'procps', 'conntrack'];
/** What balancers and captures in network namespaces of this machine call (watch), and the benchmark of the pcap reader. */
export const networkPackages = ['tcpdump', 'haproxy', 'python3', ...tools] as const;
/** What builds the watch area's Java and .NET clients; Rust is too old in Debian 12, and comes from rustup. */
export const clientPackages = ['default-jdk-headless', 'maven', 'mono-mcs', 'python3-venv', 'python3-pip'] as const;
const trixiePin = '/etc/apt/preferences.d/staleproof-trixie';

/** Bookworm's docker.io 20.10 asks for CAP_SYS_RESOURCE even where the machine lacks it; Docker ≥ 23 takes what is there. */
export function dockerPackages(os: OsRelease): readonly string[] {
  if (os.id === 'debian' && os.codename === 'bookworm')
    return ['docker.io/trixie', 'docker-cli/trixie', 'containerd/trixie', ...tools];
  if (os.id === 'ubuntu') return ['docker.io', 'containerd', ...tools];
  return ['docker.io', 'docker-cli', 'containerd', ...tools];
}

/** The stanza and the pin that make trixie's packages available by name and never by chance. */
export function trixieFiles(mirror: string): Readonly<Record<string, string>> {
  const stanza = {
    Types: 'deb',
    URIs: mirror,
    Suites: 'trixie',
    Components: 'main',
    'Signed-By': '/usr/share/keyrings/debian-archive-keyring.gpg',
  };
  return {
    [trixieSource]: lines(stanza),
    [trixiePin]: lines({ Package: '*', Pin: 'release n=trixie', 'Pin-Priority': '50' }),
  };
}

/** The Debian mirror that the machine already uses; undefined when none is found, as on Ubuntu. */
export function mirrorOf(sources: string): string | undefined {
  const uris = [...sources.matchAll(/^(?:URIs:|deb(?:\s+\[[^\]]*\])?)\s+(\S+)/gm)].map((match) => match[1] ?? '');
  return uris.find((uri) => /\/debian\/?$/.test(uri));
}

export function readMirror(): string | undefined {
  const files = ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list'].filter((path) => existsSync(path));
  return mirrorOf(files.map((path) => readFileSync(path, 'utf8')).join('\n'));
}

/** Installs packages by name. Throws CommandError with the log of apt-get. */
export async function installPackages(
  packages: readonly string[],
  options: { readonly signal?: AbortSignal | undefined; readonly log: (line: string) => void },
): Promise<void> {
  const logFile = join(stateRoot(), 'log', 'apt-get.log');
  if (packages.some((name) => name.endsWith('/trixie'))) {
    const mirror = readMirror();
    if (mirror === undefined) throw new Error('Docker comes from trixie here, but apt’s sources name no Debian mirror');
    for (const [path, text] of Object.entries(trixieFiles(mirror))) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }
  options.log(`apt-get install ${packages.join(' ')}`);
  const settings = { signal: options.signal, env: { DEBIAN_FRONTEND: 'noninteractive' } };
  // Another package manager may hold the lock on a fresh machine (unattended-upgrades); wait for it instead of failing.
  const wait = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3'];
  await runLogged(['apt-get', ...wait, '-q', 'update'], logFile, settings);
  await runLogged(['apt-get', ...wait, '-qy', 'install', '--no-install-recommends', ...packages], logFile, settings);
}

/** Which of these packages dpkg does not have. */
export async function missingPackages(packages: readonly string[]): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const name of packages) {
    const status = await tryCommand(['dpkg-query', '-W', '-f', '${Status}', name]);
    if (!status.stdout.includes('install ok installed')) missing.push(name);
  }
  return missing;
}

function lines(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('');
}
