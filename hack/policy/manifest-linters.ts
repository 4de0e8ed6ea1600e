/** kubeconform and kube-score, built from their modules. */
import type { PartOptions } from '../cache/cached-part.ts';
import { type GoBuild, buildGo } from '../go/go-build.ts';

export interface ManifestLinters {
  /** Paths of the binaries. */
  readonly kubeconform: string;
  readonly kubeScore: string;
}

const commands = {
  kubeconform: 'github.com/yannh/kubeconform/cmd/kubeconform',
  'kube-score': 'github.com/zegl/kube-score/cmd/kube-score',
};

const build: GoBuild = {
  name: 'manifest-linters',
  goMod: {
    module: 'staleproof.local/manifest-linters',
    go: '1.26.0',
    require: { 'github.com/yannh/kubeconform': 'v0.8.0', 'github.com/zegl/kube-score': 'v1.20.0' },
    tool: Object.values(commands),
  },
  packages: commands,
  ldflags: '-s -w',
  expectedMs: 90_000,
};

export async function ensureManifestLinters(options: PartOptions): Promise<ManifestLinters> {
  const { binaries } = await buildGo(build, options);
  return { kubeconform: binaries['kubeconform'] ?? '', kubeScore: binaries['kube-score'] ?? '' };
}
