/** All Kubernetes components of one version as one multi-call binary: a single link instead of seven. */
import { readFileSync } from 'node:fs';
import type { PartOptions } from '../cache/cached-part.ts';
import { type GoBinaries, type GoBuild, buildGo } from '../go/go-build.ts';

export const kubernetesVersion = '1.36.3';

/** Modules that live inside the Kubernetes repository; its go.mod replaces them by folders, a build from modules by versions. */
const staging =
  `api apiextensions-apiserver apimachinery apiserver cli-runtime client-go cloud-provider cluster-bootstrap
  code-generator component-base component-helpers controller-manager cri-api cri-client cri-streaming streaming csi-translation-lib
  dynamic-resource-allocation endpointslice externaljwt kms kube-aggregator kube-controller-manager kube-proxy kube-scheduler kubectl
  kubelet metrics mount-utils pod-security-admission sample-apiserver sample-cli-plugin sample-controller`.split(/\s+/);

export const kubernetesTags = ['selinux', 'notest', 'grpcnotrace'] as const;

/** The `replace` lines that a go.mod with k8s.io/kubernetes needs. */
export function stagingReplaces(version = kubernetesVersion): Readonly<Record<string, string>> {
  const minor = `v0.${version.split('.').slice(1).join('.')}`;
  return Object.fromEntries(staging.map((name) => [`k8s.io/${name}`, `k8s.io/${name} ${minor}`]));
}

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

export function kubernetesBuild(version = kubernetesVersion): GoBuild {
  return {
    name: 'kubernetes',
    goMod: {
      module: 'staleproof.local/kubernetes',
      go: '1.26.0',
      godebug: ['default=go1.26'],
      require: { 'k8s.io/kubernetes': `v${version}` },
      replace: stagingReplaces(version),
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
  return buildGo(kubernetesBuild(), options);
}
