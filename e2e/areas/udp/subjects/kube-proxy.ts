/** kube-proxy as the cluster runs it, as a release of its own, and with a defect or a mend of ours in place of its binary. */
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';
import type { SubjectInfo } from '../../../harness/run/result-schema.ts';
import { configWithGates, kubeProxyPrograms, skewRemark } from './kube-proxy-settings.ts';
import { binaryOf, withBinary, withoutBinary, type DaemonSet, type PlacedBinary } from './kube-proxy-template.ts';
import { proxyWord } from './kube-proxy-word.ts';
import type { ServiceProxy } from './service-proxy.ts';
import type { Release } from '../../../harness/subject/release-catalogue.ts';
import type { SubjectContext } from '../../../harness/subject/subject.ts';

export type KubeProxyMode = 'iptables' | 'nftables' | 'ipvs';

const NAMESPACE = 'kube-system';
const NAME = 'kube-proxy';
const LABEL = 'k8s-app=kube-proxy';
const ROLLOUT_MS = 120_000;
/** Where binaries of ours stand on the nodes. */
const PLACE = '/var/lib/staleproof';
const daemonSetKey = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: NAME, namespace: NAMESPACE } as const;

const ruleWriters = {
  iptables: {
    programs: ['iptables-restore', 'ip6tables-restore'],
    failed: /Failed to execute iptables-restore|Sync failed/,
  },
  nftables: { programs: ['nft'], failed: /nftables sync failed|Sync failed/ },
} as const;

interface ConfigMap extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

interface Pod extends KubernetesObject {
  readonly spec: { readonly nodeName?: string };
}

/** What runs in place of the cluster's own proxy; nothing: that one is judged. */
export interface KubeProxyChoice {
  readonly release?: Release | undefined;
  /** A defect or a mend of ours, in the cluster's own version. */
  readonly defect?: string | undefined;
}

export function kubeProxy(mode: KubeProxyMode, { release, defect }: KubeProxyChoice = {}): ServiceProxy {
  const identity = `${release === undefined ? '' : `@${release.version}`}${defect === undefined ? '' : `+${defect}`}`;
  const name = `kube-proxy-${mode}${identity}`;
  return {
    name,
    kind: 'service-proxy',
    pods: { namespace: NAMESPACE, labelSelector: LABEL },
    programs: (kubernetes) => kubeProxyPrograms(release?.version ?? kubernetes),
    ...(mode === 'ipvs' ? {} : { ruleWriter: ruleWriters[mode] }),
    clusterNeeds: { kubeProxyMode: mode },
    // That of a defect is named by the cluster's own version: it is built when the cluster is there.
    parts: () => (release === undefined || release.refused.length > 0 ? [] : [releasePart(release)]),
    ...(mode === 'ipvs' ? { kernelNeeds: ['ipvs'] } : {}),
    async preflight(context) {
      const unbuildable = identity === '' ? [] : await missingPart(context, release);
      if (mode !== 'ipvs' || unbuildable.length > 0) return unbuildable;
      const nodes = await context.cluster.nodes();
      const probes = await Promise.all(
        nodes.map((node) =>
          node.exec(['sh', '-c', 'modprobe ip_vs 2>/dev/null; test -e /proc/net/ip_vs'], { signal: context.signal }),
        ),
      );
      const lacking = nodes.filter((_, index) => probes[index]?.code !== 0).map((node) => node.name);
      return lacking.length === 0 ? [] : [`kernel feature ipvs: no /proc/net/ip_vs on ${lacking.join(', ')}`];
    },
    async install(context) {
      const current = await daemonSet(context);
      const running = await configuredMode(context);
      if (running !== mode)
        throw new Error(`${name}: the cluster's kube-proxy runs in ${running} mode, expected ${mode}`);
      if ((binaryOf(current) ?? '') === identity) return rolledOut(context, current);
      let next = withoutBinary(current);
      if (identity !== '') next = withBinary(next, await place(context, { identity, mode, release, defect }));
      await context.cluster.api.patch(daemonSetKey, next, context.signal);
      await rolledOut(context, await daemonSet(context));
    },
    async remove(context) {
      const current = await daemonSet(context);
      if (binaryOf(current) === undefined) return;
      await context.cluster.api.patch(daemonSetKey, withoutBinary(current), context.signal);
      await rolledOut(context, await daemonSet(context));
    },
    capabilities: (context) =>
      Promise.resolve([
        'unconnected-datagrams',
        'conntrack-rows',
        'node-port',
        'external-ip',
        'load-balancer-ip',
        'session-affinity',
        'traffic-policy',
        'restart',
        ...(mode === 'ipvs' ? [] : ['rule-program']),
        ...(context.cluster.familyMode === 'dual' ? ['dual-stack'] : []),
      ]),
    async info(context): Promise<SubjectInfo> {
      const word = await proxyWord(context);
      const period = /minSyncPeriod: (\S+)/.exec(await configText(context))?.[1] ?? 'default';
      const skew = skewRemark(context.cluster.facts.kubernetes, word.version);
      return {
        name,
        kind: 'service-proxy',
        product: 'kube-proxy',
        version: word.version,
        mode: word.mode,
        versions: {
          'kube-proxy': word.version === undefined ? `not told (${word.told.join('; ')})` : `v${word.version}`,
        },
        remarks: [
          `mode ${mode}, minSyncPeriod ${period}: the proxy may take that long before it looks at a change`,
          ...(skew === undefined ? [] : [skew]),
          ...(release === undefined
            ? []
            : [
                `release ${release.version}, built from its Go module without a change; its binary stands on the nodes below ${PLACE}`,
              ]),
          ...(defect === undefined
            ? []
            : [
                `changed on purpose: kube-proxy built from its Go module with a build overlay; "${defect}" is chosen by STALEPROOF_DEFECT in the DaemonSet, its binary stands on the nodes below ${PLACE}`,
              ]),
        ],
      };
    },
    async logs(context) {
      const pods = await context.cluster.api.list<Pod>('v1', 'Pod', { namespace: NAMESPACE, labelSelector: LABEL });
      const entries = pods.map(async ({ metadata, spec }) => {
        const ref = { namespace: NAMESPACE, name: metadata.name };
        const text = await context.cluster.api.logs(ref, { tailLines: 5000 }).catch((error: unknown) => String(error));
        return [`${metadata.name} (${spec.nodeName ?? 'no node'})`, text] as const;
      });
      return Object.fromEntries(await Promise.all(entries));
    },
  };
}

async function daemonSet(context: SubjectContext): Promise<DaemonSet> {
  const found = await context.cluster.api.get<DaemonSet>('apps/v1', 'DaemonSet', NAME, NAMESPACE, context.signal);
  if (found === undefined) throw new Error(`no DaemonSet ${NAMESPACE}/${NAME}: was the cluster made with kube-proxy?`);
  return found;
}

async function configText(context: SubjectContext): Promise<string> {
  const map = await context.cluster.api.get<ConfigMap>('v1', 'ConfigMap', NAME, NAMESPACE, context.signal);
  return map?.data?.['config.conf'] ?? '';
}

async function configuredMode(context: SubjectContext): Promise<string> {
  // An empty mode means kube-proxy's default on Linux.
  return /^mode: *"?([a-z]*)"?/m.exec(await configText(context))?.[1] || 'iptables';
}

const releasePart = ({ version }: Release): string => `kube-proxy@${version}`;

function partOf(context: SubjectContext, release: Release | undefined): string {
  return release === undefined
    ? `kube-proxy-variant@${context.cluster.facts.kubernetes.replace(/^v/, '')}`
    : releasePart(release);
}

async function missingPart(context: SubjectContext, release: Release | undefined): Promise<readonly string[]> {
  const part = partOf(context, release);
  if (release !== undefined && release.refused.length > 0)
    return [`${part}: the module registry refuses ${release.refused.join(', ')}`];
  return context.parts?.missing(part) ?? [`${part}: nothing can be built in this run`];
}

/** Has the binary built, puts it on every node, and a configuration with it where the release needs gates for its mode. */
async function place(
  context: SubjectContext,
  choice: KubeProxyChoice & { readonly identity: string; readonly mode: KubeProxyMode },
): Promise<PlacedBinary> {
  const path = await import('node:path');
  const { readFile } = await import('node:fs/promises');
  const part = partOf(context, choice.release);
  if (context.parts === undefined) throw new Error(`${part} cannot be built here`);
  const built = await context.parts.file(part, context.signal);
  const target = `${PLACE}/kube-proxy-${path.basename(path.dirname(built))}`;
  const bytes = await readFile(built);
  const gates = choice.release?.featureGates[choice.mode] ?? [];
  const config = gates.length === 0 ? undefined : configWithGates(await configText(context), gates);
  const configPath = `${target}-${choice.mode}.conf`;
  for (const node of await context.cluster.nodes()) {
    const { code } = await node.exec(['test', '-x', target], { signal: context.signal });
    if (code !== 0) await node.writeFile(target, bytes, 0o755);
    if (config !== undefined) await node.writeFile(configPath, config);
  }
  const { identity, defect } = choice;
  return { identity, path: target, defect, ...(config === undefined ? {} : { configPath }) };
}

/** Every node runs a Ready pod of exactly this template. */
async function rolledOut(context: SubjectContext, wanted: DaemonSet): Promise<void> {
  await context.cluster.api.waitFor<DaemonSet, true>(
    { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: NAMESPACE, name: NAME },
    ([found]) => {
      const status = found?.status;
      if (found === undefined || status === undefined) return undefined;
      const desired = status.desiredNumberScheduled ?? -1;
      const current = (status.observedGeneration ?? 0) >= (wanted.metadata.generation ?? 0);
      return current && status.updatedNumberScheduled === desired && status.numberReady === desired ? true : undefined;
    },
    { timeoutMs: ROLLOUT_MS, signal: context.signal, what: `DaemonSet ${NAME} is rolled out on every node` },
  );
}
