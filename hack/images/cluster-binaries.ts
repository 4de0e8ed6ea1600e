/** The programs of a control plane that are not Kubernetes' own: etcd, CoreDNS, pause. */
import { readFileSync } from 'node:fs';
import type { GoBuild } from '../go/go-build.ts';

export const etcdVersion = '3.6.8';
export const corednsVersion = '1.14.2';

const source = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

export const etcdBuild: GoBuild = {
  name: 'etcd',
  goMod: {
    module: 'staleproof.local/etcd',
    go: '1.26.0',
    require: { 'go.etcd.io/etcd/server/v3': `v${etcdVersion}` },
    tool: ['go.etcd.io/etcd/server/v3'],
  },
  packages: { etcd: 'go.etcd.io/etcd/server/v3' },
  ldflags: '-s -w',
  expectedMs: 40_000,
};

export const corednsBuild: GoBuild = {
  name: 'coredns',
  goMod: {
    module: 'staleproof.local/coredns',
    go: '1.26.0',
    require: { 'github.com/coredns/coredns': `v${corednsVersion}` },
  },
  files: { 'main.go': source('coredns/main.go') },
  packages: { coredns: '.' },
  ldflags: '-s -w',
  expectedMs: 90_000,
};

export const pauseBuild: GoBuild = {
  name: 'pause',
  goMod: { module: 'staleproof.local/pause', go: '1.26.0' },
  files: { 'main.go': source('pause/main.go') },
  packages: { pause: '.' },
  ldflags: '-s -w',
  expectedMs: 5_000,
};
