/**
 * kube-proxy with defects that an environment variable switches on, for the known-bad subjects. Built from the Go module of
 * the cluster's own version: one file of ours and a few lines at named anchors, put in place by Go's build overlay.
 */
import { readFileSync } from 'node:fs';
import type { PartOptions } from '../cache/cached-part.ts';
import { type GoBuild, buildGo } from '../go/go-build.ts';
import type { SourceEdit } from '../go/go-overlay.ts';
import { kubernetesTags, versionFlags } from '../images/kubernetes-binary.ts';
import { kubernetesModule as module, stagingReplaces } from '../images/kubernetes-module.ts';

const text = (file: string): string => readFileSync(new URL(`kube-proxy-overlay/${file}`, import.meta.url), 'utf8');
const update = '\tendpointUpdateResult := proxier.endpointsMap.Update(proxier.endpointsChanges)\n';
const owed = {
  anchor: update,
  by: `${update}\tendpointUpdateResult.ConntrackCleanupRequired = conntrack.StillOwed(proxier.ipFamily, endpointUpdateResult.ConntrackCleanupRequired)\n`,
};
const cleanEarly =
  'conntrack.CleanEarly(proxier.conntrack, proxier.ipFamily, proxier.svcPortMap, proxier.endpointsMap)';

export function kubeProxyEdits(): readonly SourceEdit[] {
  return [
    { module, file: 'pkg/proxy/conntrack/staleproof_defects.go', content: text('defects.go') },
    { module, file: 'pkg/proxy/conntrack/staleproof_blind_spots.go', content: text('blind_spots.go') },
    { module, file: 'pkg/proxy/staleproof_slices.go', content: text('slices.go') },
    {
      module,
      file: 'pkg/proxy/endpointslicecache.go',
      replacements: [
        {
          anchor: '\tesData := &endpointSliceData{endpointSlice, remove}\n',
          by: '\tnoteSlice(endpointSlice)\n\tesData := &endpointSliceData{endpointSlice, remove}\n',
        },
      ],
    },
    {
      module,
      file: 'pkg/proxy/conntrack/cleanup.go',
      replacements: [
        {
          anchor: '\tstart := time.Now()\n',
          by: '\tct = withDefect(ct, ipFamily, svcPortMap, endpointsMap)\n\tstart := time.Now()\n',
        },
      ],
    },
    {
      module,
      file: 'pkg/proxy/iptables/proxier.go',
      replacements: [
        owed,
        {
          anchor: '\t// NOTE: NoFlushTables is used',
          by: `\tif endpointUpdateResult.ConntrackCleanupRequired {\n\t\t${cleanEarly}\n\t}\n\t// NOTE: NoFlushTables is used`,
        },
        { anchor: 'conntrackTCPLiberal := false', by: 'conntrackTCPLiberal := conntrack.HasDefect("no-invalid-drop")' },
      ],
    },
    {
      module,
      file: 'pkg/proxy/nftables/proxier.go',
      replacements: [
        owed,
        {
          anchor: '\tif klogV9 := klog.V(9); klogV9.Enabled() {\n',
          by: `\tif endpointUpdateResult.ConntrackCleanupRequired {\n\t\t${cleanEarly}\n\t}\n\tif klogV9 := klog.V(9); klogV9.Enabled() {\n`,
        },
      ],
    },
  ];
}

/** `version` as the cluster says it, without `v`; `replace`: of that version's own go.mod. */
function kubeProxyBuild(version: string, replace: Readonly<Record<string, string>>): GoBuild {
  return {
    name: 'kube-proxy-variant',
    goMod: {
      module: 'staleproof.local/kube-proxy',
      go: '1.26.0',
      godebug: ['default=go1.26'],
      require: { [module]: `v${version}` },
      replace,
    },
    files: { 'main.go': text('main/main.go') },
    overlay: kubeProxyEdits(),
    packages: { 'kube-proxy': '.' },
    tags: kubernetesTags,
    ldflags: versionFlags(version),
    expectedMs: 240_000,
  };
}

/** Path of the built binary. Throws AnchorError when this version's source is laid out differently, CommandError otherwise. */
export async function ensureKubeProxyVariant(version: string, options: PartOptions): Promise<string> {
  const { binaries } = await buildGo(kubeProxyBuild(version, await stagingReplaces(version, options.signal)), options);
  return binaries['kube-proxy'] ?? '';
}
