/** aws-network-policy-agent as a DaemonSet outside of EC2, built here or by image; stand-ins are named so in reports. */
import { readFile } from 'node:fs/promises';
import type { KubernetesObject } from '../cluster/kubernetes-object.ts';
import type { SubjectInfo } from '../run/result-schema.ts';
import { chainNames, placeNamesPlugin, unchainNames } from './npa-pod-names.ts';
import { clearDatapath } from './npa-datapath.ts';
import { npaLogs } from './npa-installed.ts';
import type { Subject, SubjectContext } from './subject.ts';

const namespace = 'kube-system';
const daemonSet = 'network-policy-agent';
const readyWithinMs = 180_000;
const manifests = new URL('../../../manifests/npa/', import.meta.url);

interface DaemonSet extends KubernetesObject {
  readonly status?: {
    readonly desiredNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberReady?: number;
    readonly observedGeneration?: number;
  };
}

export function npa(name: string): Subject {
  return {
    name,
    kind: 'policy-agent',
    async preflight(context) {
      if (context.cluster.provider !== 'kind')
        return [`${name} is installed on kind clusters only; judge an installed agent by --subject npa@installed`];
      const missing = context.parts === undefined ? ['nothing can be built in this run'] : [];
      if (imageOption(context) === undefined) missing.push(...((await context.parts?.missing(name)) ?? []));
      const [worker] = await context.cluster.workers();
      const altnames = await worker?.exec(['ip', 'link', 'property', 'help'], { signal: context.signal });
      if (altnames !== undefined && !/property/.test(altnames.stderr + altnames.stdout))
        missing.push(
          `iproute2 on ${worker?.name ?? 'the nodes'} knows no alternative interface names (ip link property)`,
        );
      return missing;
    },
    async install(context) {
      const image = imageOption(context) ?? (await builtImage(context, name));
      await context.cluster.loadImage(image, context.signal);
      await placeNamesPlugin(context);
      await chainNames(context);
      await apply(context, 'crds.yaml', {});
      await apply(context, 'agent.yaml', settings(context, image));
      await rolledOut(context);
    },
    async remove(context) {
      const target = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: daemonSet, namespace };
      await context.cluster.api.delete(target, { graceSeconds: 1, timeoutMs: 60_000, signal: context.signal });
      // The agent's filters go on enforcing after it is gone.
      await clearDatapath(context);
      await unchainNames(context);
    },
    capabilities: () => Promise.resolve(['conntrack-cleanup', 'policy-endpoint', 'event-log']),
    info(context): Promise<SubjectInfo> {
      const variant = /\+(.+)$/.exec(name)?.[1];
      const version = /@([^+]+)/.exec(name)?.[1] ?? 'unknown';
      return Promise.resolve({
        name,
        kind: 'policy-agent',
        versions: {
          'aws-network-policy-agent': imageOption(context) === undefined ? `v${version}` : 'of the given image',
        },
        remarks: [
          `cleanup period ${periodSeconds(context)} s (upstream default 300 s)`,
          'stand-ins: instance metadata and ipamd (sidecar), pod veth names (chained CNI plugin), PolicyEndpoints by hand',
          ...(variant === undefined
            ? []
            : [`known-bad on purpose: built from the Go module with edits, variant "${variant}"`]),
        ],
      });
    },
    logs: npaLogs,
  };
}

/** Seconds; fast runs use 10 where upstream uses 300. */
export function periodSeconds(context: Pick<SubjectContext, 'options'>): number {
  const ms = context.options['cleanupPeriod'];
  return typeof ms === 'number' ? Math.round(ms / 1000) : 10;
}

function imageOption(context: SubjectContext): string | undefined {
  const image = context.options['npaImage'];
  return typeof image === 'string' ? image : undefined;
}

async function builtImage(context: SubjectContext, name: string): Promise<string> {
  if (context.parts === undefined) throw new Error(`${name} cannot be built here; give an image by --npa-image`);
  return context.parts.image(name, context.signal);
}

function settings(context: SubjectContext, image: string): Record<string, string> {
  return {
    NPA_NAMESPACE: namespace,
    NPA_IMAGE: image,
    FIXTURES_IMAGE: context.fixturesImage,
    CLEANUP_PERIOD: String(periodSeconds(context)),
    TABLE_SIZE: '524288',
    ENABLE_IPV6: String(context.cluster.primaryFamily === 'ipv6'),
  };
}

async function apply(context: SubjectContext, file: string, values: Record<string, string>): Promise<void> {
  const text = await readFile(new URL(file, manifests), 'utf8');
  await context.cluster.api.applyYaml(text, values, context.signal);
}

/** Ready proves the start only; that it enforces and cleans is a premise of every spec. */
async function rolledOut(context: SubjectContext): Promise<void> {
  const { api } = context.cluster;
  const wanted = await api.get<DaemonSet>('apps/v1', 'DaemonSet', daemonSet, namespace, context.signal);
  const generation = wanted?.metadata.generation ?? 0;
  await api.waitFor<DaemonSet, true>(
    { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace, name: daemonSet },
    ([found]) => {
      const status = found?.status;
      if (status === undefined || (status.observedGeneration ?? 0) < generation) return undefined;
      const desired = status.desiredNumberScheduled ?? -1;
      return desired > 0 && status.updatedNumberScheduled === desired && status.numberReady === desired
        ? true
        : undefined;
    },
    { timeoutMs: readyWithinMs, signal: context.signal, what: `DaemonSet ${daemonSet} is Ready on every worker` },
  );
}
