/** A released kube-proxy, built from the Kubernetes module of its version alone: nothing of ours is in it but the version stamps. */
import { readFileSync } from 'node:fs';
import type { PartOptions } from '../cache/cached-part.ts';
import { type GoBuild, buildGo } from '../go/go-build.ts';
import { kubernetesTags, versionFlags } from '../images/kubernetes-binary.ts';
import { kubernetesGoMod, kubernetesModule, stagingReplacesOf } from '../images/kubernetes-module.ts';

/** What a release needs beyond its own go.mod, from the catalogue. */
export interface ReleaseBuild {
  readonly version: string;
  /** Versions of staging modules that were published under another number: `{ 'k8s.io/kube-proxy': 'v0.31.0' }`. */
  readonly replaces?: Readonly<Record<string, string>> | undefined;
}

/** `goMod`: the text of the release's own go.mod, whose language version decides what Go's settings are by default. */
export function kubeProxyReleaseBuild({ version, replaces = {} }: ReleaseBuild, goMod: string): GoBuild {
  const [, language = '1.26'] = /^go (\d+\.\d+)/m.exec(goMod) ?? [];
  const other = Object.entries(replaces).map(([name, published]): [string, string] => [name, `${name} ${published}`]);
  return {
    name: 'kube-proxy',
    goMod: {
      module: 'staleproof.local/kube-proxy',
      go: '1.26.0',
      godebug: [`default=go${language}`],
      require: { [kubernetesModule]: `v${version}` },
      replace: { ...stagingReplacesOf(goMod, version), ...Object.fromEntries(other) },
    },
    files: {
      'main.go': readFileSync(new URL('kube-proxy-overlay/main/main.go', import.meta.url), 'utf8'),
    },
    packages: { 'kube-proxy': '.' },
    tags: kubernetesTags,
    ldflags: versionFlags(version),
    expectedMs: 240_000,
  };
}

/**
 * Path of the built binary. Throws CommandError when the module registry refuses a module: its text names the module.
 */
export async function ensureKubeProxyRelease(release: ReleaseBuild, options: PartOptions): Promise<string> {
  const build = kubeProxyReleaseBuild(release, await kubernetesGoMod(release.version, options.signal));
  const { binaries } = await buildGo(build, options);
  const path = binaries['kube-proxy'];
  if (path === undefined) throw new Error(`the build of kube-proxy ${release.version} made no binary`);
  return path;
}
