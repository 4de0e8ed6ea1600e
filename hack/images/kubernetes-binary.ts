/** All Kubernetes components of one version as one multi-call binary: a single link instead of seven. */
import { readFileSync } from 'node:fs';
import type { PartOptions } from '../cache/cached-part.ts';
import { type GoBinaries, type GoBuild, buildGo } from '../go/go-build.ts';
import { kubernetesModule, stagingReplaces } from './kubernetes-module.ts';

export const kubernetesVersion = '1.36.3';

export const kubernetesTags = ['selinux', 'notest', 'grpcnotrace'] as const;

/** Version stamps. kubeadm needs the major; commit and date are constants so that a build can be repeated. */
export function versionFlags(version = kubernetesVersion): string {
  const [major = '', minor = ''] = version.split('.');
  const stamps = {
    gitVersion: `v${version}`,
    gitMajor: major,
    gitMinor: minor,
    gitCommit: '000000',
    gitTreeState: 'clean',
    buildDate: '2026-11-20T00:00:00Z',
  };
  const packages = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'];
  const flags = packages.flatMap((path) => Object.entries(stamps).map(([key, value]) => `-X ${path}.${key}=${value}`));
  return ['-s -w', ...flags].join(' ');
}

/** All that is known without Go; the module's own go.mod adds which modules it replaces. */
export function kubernetesRecipe(version = kubernetesVersion): GoBuild {
  return {
    name: 'kubernetes',
    goMod: {
      module: 'staleproof.local/kubernetes',
      go: '1.26.0',
      godebug: ['default=go1.26'],
      require: { [kubernetesModule]: `v${version}` },
    },
    files: { 'main.go': readFileSync(new URL('kubernetes/main.go', import.meta.url), 'utf8') },
    packages: { kube: '.' },
    tags: kubernetesTags,
    ldflags: versionFlags(version),
    expectedMs: 520_000,
  };
}

/** `binaries.kube` acts as kubelet, kubeadm, kubectl, kube-apiserver, … by the name it is started with. */
export async function ensureKubernetes(options: PartOptions): Promise<GoBinaries> {
  const recipe = kubernetesRecipe();
  const replace = await stagingReplaces(kubernetesVersion, options.signal);
  return buildGo({ ...recipe, goMod: { ...recipe.goMod, replace } }, options);
}
