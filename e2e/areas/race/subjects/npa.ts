/** aws-network-policy-agent as a DaemonSet outside of EC2, built here or by image; stand-ins are named so in reports. */
import { agentWord } from './agent-word.ts';
import { CAN, NPA } from './kind.ts';
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';
import type { SubjectInfo } from '../../../harness/run/result-schema.ts';
import { clearDatapath } from './npa-datapath.ts';
import { type Footprint, footprintDifference, readFootprint } from './npa-footprint.ts';
import { builtName, npaInstallation } from './npa-installations.ts';
import { npaLogs } from './npa-installed.ts';
import { buildRemarks, releaseOf } from './npa-release.ts';
import { applyObjects, deleteObjects, npaNamespace, npaObjects } from './npa-objects.ts';
import { chainNames, namesPlugin, placeNamesPlugin, unchainNames } from './npa-pod-names.ts';
import type { Subject, SubjectContext } from '../../../harness/subject/subject.ts';

/** Where the sidecar takes reports of pods; see manifests/npa/agent.yaml. */
const reportsUrl = 'http://127.0.0.1:16926/pods';

export function npa(name: string): Subject {
  const release = releaseOf(name);
  let before: Footprint | undefined;
  return {
    name,
    kind: 'policy-agent',
    async missingHere({ options, parts }) {
      if (typeof options.npaImage === 'string') return [];
      return (await parts?.missing(builtName(name))) ?? ['nothing can be built in this run'];
    },
    parts: ({ options }) => [...(typeof options.npaImage === 'string' ? [] : [builtName(name)]), namesPlugin],
    async lookBefore(context) {
      before ??= await readFootprint(context);
    },
    async preflight(context) {
      if (context.cluster.provider !== 'kind')
        return [`${name} is installed on kind clusters only; judge an installed agent by --subject npa@installed`];
      const [worker] = await context.cluster.workers();
      const altnames = await worker?.exec(['ip', 'link', 'property', 'help'], { signal: context.signal });
      if (altnames === undefined || /property/.test(altnames.stderr + altnames.stdout)) return [];
      return [`iproute2 on ${worker?.name ?? 'the nodes'} knows no alternative interface names (ip link property)`];
    },
    async install(context) {
      before ??= await readFootprint(context);
      const image = imageOption(context) ?? (await builtImage(context, name));
      await context.cluster.loadImage(image, context.signal);
      const controller = controllerImage(context);
      if (controller !== undefined) await context.cluster.loadImage(controller, context.signal);
      await placeNamesPlugin(context);
      await chainNames(context, npaInstallation(name).cniReports ? reportsUrl : undefined);
      await applyObjects(context, await objectsOf(context, name, image));
    },
    async remove(context) {
      if (controllerImage(context) !== undefined) await releasePolicies(context);
      await deleteObjects(context, await objectsOf(context, name, 'removed'));
      if (controllerImage(context) !== undefined) await deleteKinds(context);
      // The agent's filters go on enforcing after it is gone.
      await clearDatapath(context);
      await unchainNames(context);
      if (before === undefined) return;
      const left = footprintDifference(before, await readFootprint(context));
      if (left.length > 0) throw new Error(`nodes are not as before ${name}: ${left.join('; ')}`);
      context.log(
        `${name} is removed; sysctls, BPF file system, filters and CNI of ${before.size} nodes are as before`,
      );
    },
    capabilities: () => Promise.resolve(CAN),
    async info(context): Promise<SubjectInfo> {
      const variant = /\+(.+)$/.exec(name)?.[1];
      const word = await agentWord(context);
      const policies = controllerImage(context) === undefined ? ', PolicyEndpoints by hand' : '';
      return {
        name,
        kind: 'policy-agent',
        product: NPA,
        version: word.version,
        versions: { [NPA]: word.version === undefined ? `not told (${word.told.join('; ')})` : `v${word.version}` },
        remarks: [
          `cleanup period ${periodSeconds(context)} s (upstream default 300 s)`,
          `stand-ins: instance metadata and ipamd (sidecar), pod veth names (chained CNI plugin)${policies}`,
          ...(release === undefined || imageOption(context) !== undefined ? [] : buildRemarks(release)),
          ...word.onDenied.map((said) => `the agent says "${said}"`),
          ...(variant === undefined
            ? []
            : [`changed on purpose: variant "${variant}" of the Go module or of its installation`]),
        ],
      };
    },
    logs: npaLogs,
  };
}

const policyFinalizer = 'networking.k8s.aws/resources';
type HeldPolicy = KubernetesObject & { readonly metadata: { readonly finalizers?: readonly string[] } };

/** Seconds; fast runs use 10 where upstream uses 300. */
export function periodSeconds(context: Pick<SubjectContext, 'options'>): number {
  const ms = context.options.cleanupPeriod;
  return typeof ms === 'number' ? Math.round(ms / 1000) : 10;
}

function imageOption(context: SubjectContext): string | undefined {
  const image = context.options.npaImage;
  return typeof image === 'string' ? image : undefined;
}

function controllerImage(context: SubjectContext): string | undefined {
  const image = context.options.npaControllerImage;
  return typeof image === 'string' ? image : undefined;
}

async function builtImage(context: SubjectContext, name: string): Promise<string> {
  if (context.parts === undefined) throw new Error(`${name} cannot be built here; give an image by --npa-image`);
  return context.parts.image(builtName(name), context.signal);
}

async function objectsOf(context: SubjectContext, name: string, image: string): Promise<readonly KubernetesObject[]> {
  const values = {
    NPA_NAMESPACE: npaNamespace,
    NPA_IMAGE: image,
    FIXTURES_IMAGE: context.fixturesImage,
    CLEANUP_PERIOD: String(periodSeconds(context)),
    TABLE_SIZE: '524288',
    ENABLE_IPV6: String(context.cluster.primaryFamily === 'ipv6'),
    CONTROLLER_IMAGE: controllerImage(context) ?? '',
  };
  const controller = values.CONTROLLER_IMAGE === '' ? [] : await npaObjects('controller.yaml', values, name);
  return [
    ...(await npaObjects('crds.yaml', values, name)),
    ...(await npaObjects('agent.yaml', values, name)),
    ...controller,
  ];
}

/** The controller holds each policy by a finalizer: without it the policies, and their namespaces, would stay for ever. */
async function releasePolicies({ cluster, signal }: SubjectContext): Promise<void> {
  const [apiVersion, kind] = ['networking.k8s.io/v1', 'NetworkPolicy'];
  const policies = await cluster.api.list<HeldPolicy>(apiVersion, kind, {}, signal);
  const held = policies.filter(({ metadata }) => metadata.finalizers?.includes(policyFinalizer));
  await Promise.all(
    held.map(({ metadata: { name, namespace } }) =>
      cluster.api.delete(
        { apiVersion, kind, name, ...(namespace !== undefined && { namespace }) },
        { timeoutMs: 60_000, signal },
      ),
    ),
  );
}

/** Kinds that the controller made because they were missing. */
async function deleteKinds(context: SubjectContext): Promise<void> {
  for (const plural of ['applicationnetworkpolicies', 'clusternetworkpolicies'])
    await context.cluster.api.delete(
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        name: `${plural}.networking.k8s.aws`,
      },
      { timeoutMs: 60_000, signal: context.signal },
    );
}
