/** For tests: a `docker` and a `kind` on PATH whose daemon is a folder, with a state folder (journals, locks) of its own. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ownerFor } from '../../run/process-lock.ts';
import type { ClusterIdentity } from './cluster-identity.ts';
import type { ClusterMark } from './cluster-mark.ts';

const bin = fileURLToPath(new URL('testdata/fake-bin', import.meta.url));
const changed = ['PATH', 'FAKE_DOCKER', 'XDG_STATE_HOME', 'XDG_CACHE_HOME'] as const;

interface Given {
  readonly mark?: Partial<ClusterMark>;
  /** Without a mark: a creation that did not end. */
  readonly unmarked?: boolean;
  readonly state?: 'running' | 'exited';
  readonly minutesOld?: number;
}

export class FakeDocker {
  readonly folder = mkdtempSync(join(tmpdir(), 'staleproof-fake-docker-'));
  readonly #before = new Map(changed.map((name) => [name, process.env[name]]));
  #made = 0;

  /** Until close(), for this process and those that it starts. */
  constructor() {
    process.env.PATH = `${bin}${delimiter}${process.env.PATH ?? ''}`;
    process.env.FAKE_DOCKER = this.folder;
    process.env.XDG_STATE_HOME = join(this.folder, 'state');
    process.env.XDG_CACHE_HOME = join(this.folder, 'cache');
  }

  close(): void {
    for (const [name, value] of this.#before)
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A cluster of two nodes. Returns the ids of its containers, the control plane's first. */
  cluster(identity: ClusterIdentity | string, given: Given = {}): readonly string[] {
    const { name, network } = typeof identity === 'string' ? { name: identity, network: 'kind' } : identity;
    const created = new Date(Date.now() - (given.minutesOld ?? 60) * 60_000).toISOString();
    const time = `${created.slice(0, 10)} ${created.slice(11, 19)} +0000 UTC`;
    mkdirSync(join(this.folder, 'networks'), { recursive: true });
    writeFileSync(join(this.folder, 'networks', network), `${time}\n`);
    return ['control-plane', 'worker'].map((role) => {
      const id = `c${++this.#made}-${name}`;
      const folder = join(this.folder, 'containers', id);
      mkdirSync(folder, { recursive: true });
      const facts = { name: `${name}-${role}`, cluster: name, role, networks: network, created: time };
      for (const [file, text] of Object.entries({ ...facts, state: given.state ?? 'running' }))
        writeFileSync(join(folder, file), `${text}\n`);
      if (role === 'control-plane' && typeof identity !== 'string' && given.unmarked !== true)
        writeFileSync(join(folder, 'mark.json'), JSON.stringify({ ...usualMark(), ...given.mark }));
      return id;
    });
  }

  /** Its owner removes it. */
  forget({ network }: ClusterIdentity): void {
    for (const id of readdirSync(join(this.folder, 'containers'))) {
      const container = join(this.folder, 'containers', id);
      if (readFileSync(join(container, 'networks'), 'utf8').trim() === network) rmSync(container, { recursive: true });
    }
    rmSync(join(this.folder, 'networks', network));
  }

  /** Everything that is there: containers with what was written in them, and networks. */
  state(): Readonly<Record<string, string>> {
    const files = (folder: string): readonly string[] =>
      existsSync(join(this.folder, folder))
        ? readdirSync(join(this.folder, folder), { recursive: true, encoding: 'utf8', withFileTypes: true })
            .filter((entry) => entry.isFile())
            .map((entry) => join(entry.parentPath, entry.name))
        : [];
    const all = [...files('containers'), ...files('networks')];
    return Object.fromEntries(all.map((path) => [path.slice(this.folder.length + 1), readFileSync(path, 'utf8')]));
  }

  /** The daemon does not answer, or does again. */
  down(is: boolean): void {
    if (is) writeFileSync(join(this.folder, 'down'), '');
    else rmSync(join(this.folder, 'down'), { force: true });
  }
}

/** Ready, made by a run that is dead. */
function usualMark(): ClusterMark {
  return {
    run: 'dead',
    owner: { ...ownerFor(''), startTime: '1' },
    configuration: 'c',
    familyMode: 'ipv4',
    kubeProxyMode: 'iptables',
    image: 'i',
    podNetwork: 'own',
    createdAt: new Date().toISOString(),
    ready: true,
    kept: false,
  };
}
