/** From a kubeconfig context to a cluster for one run, and back to how it was. */
import type { AreaRights } from '../rights.ts';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { journalOf } from '../../run/journal.ts';
import { stateFolder } from '../../run/state-folder.ts';
import { keepKubeconfigSecrets } from '../../run/kubeconfig-secrets.ts';
import { InfrastructureError } from '../../run/verdict-errors.ts';
import type { ClusterRequest, KubeApi, OpenCluster } from '../cluster.ts';
import { JournalledChanges } from '../journalled-changes.ts';
import { type Connection, connect } from '../kube/connection.ts';
import { KubeClient } from '../kube/kube-client.ts';
import { readNodes } from '../node-facts.ts';
import { OpenedCluster } from '../opened-cluster.ts';
import { runLabelKey } from '../run-label.ts';
import { detectFacts, detectProxy, families } from './detect.ts';
import { holdLease, leaseName } from './run-lease.ts';
import { askAccess, whyNoPrivilegedPod } from './fitness.ts';
import type { Fitness } from '../fitness.ts';
import { HelperNode, installHelper, runInHelpers } from './node-helper.ts';
import { requireImage } from './node-images.ts';
import { usableNodes } from './usable-nodes.ts';
import { ensureSystemNamespace } from './system-namespace.ts';

const systemNamespace = 'staleproof-system';

export async function openExistingCluster(request: ClusterRequest): Promise<OpenCluster> {
  const { signal, log, runId, helperImage } = request;
  const connection = await connect({
    kubeconfig: request.kubeconfig,
    context: request.context,
    insecureHttp: request.insecureHttp,
  });
  const journal = journalOf(runId);
  const undo: (() => Promise<unknown>)[] = [() => Promise.resolve(connection.close())];
  const release = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const step of undo.splice(0).reverse()) await step().catch((error: unknown) => failures.push(error));
    if (failures.length > 0)
      throw new AggregateError(failures, `not taken back (try \`npm run gc\`): ${failures.map(String).join('; ')}`);
  };
  try {
    const kubeconfigPath = keepCredentials(connection, runId);
    const kubeconfigFile = journal.record({ kind: 'file', path: kubeconfigPath, original: null });
    writeSecret(kubeconfigPath, connection.kubeconfigText());
    undo.push(async () => {
      // Last of all, because taking back the rest needs it.
      await journal.undoAll();
      await kubeconfigFile.undo();
    });
    const access = { kubeconfig: kubeconfigPath };
    const runLabel = { key: runLabelKey, value: runId };
    const api = new KubeClient(connection, { labels: { [runLabel.key]: runLabel.value }, pollMs: 400 });
    const { nodes, left } = usableNodes(await readNodes(api, signal));
    for (const line of left) log(`left out: node ${line}`);
    const found = await families(api, nodes, signal);
    refuseFamily(request, found);
    const areas = request.areas ?? [];
    const lackingAccess = await askAccess(api, areas, signal);
    refuseAccount(lackingAccess, areas);

    const namespace = await ensureSystemNamespace(api, journal, access, systemNamespace, signal);
    undo.push(() => namespace.undo());
    const entry = { kind: 'lease', name: leaseName, namespace: systemNamespace, holder: runId, ...access } as const;
    const leaseChange = journal.record(entry);
    const lease = await holdLease(api, {
      namespace: systemNamespace,
      name: leaseName,
      holder: runId,
      signal,
      log,
    }).catch((error: unknown) => {
      leaseChange.undone();
      throw error;
    });
    undo.push(async () => {
      await lease.release();
      leaseChange.undone();
    });
    await namespace.adopt();
    const guarded = AbortSignal.any([signal, lease.lost]);
    const noNodeAccess =
      helperImage === undefined
        ? 'no image was given for helper pods (--fixtures-image or --images-from)'
        : await whyNoPrivilegedPod(api, systemNamespace, guarded);
    if (helperImage !== undefined && noNodeAccess === undefined) {
      const names = nodes.map((node) => node.name);
      await requireImage(api, helperImage, names, guarded);
      const object = {
        kind: 'kube-object',
        apiVersion: 'apps/v1',
        objectKind: 'DaemonSet',
        name: 'node-helper',
        namespace: systemNamespace,
        ...access,
      } as const;
      const helper = journal.record(object);
      undo.push(() => helper.undo());
      await installHelper(api, systemNamespace, helperImage, names, guarded);
    } else log(`no access to nodes, specs that need it are skipped: ${noNodeAccess ?? ''}`);
    const changes = new JournalledChanges(journal, api, access, (node) => ({
      at: 'node',
      namespace: systemNamespace,
      node: node.name,
      ...access,
    }));
    undo.push(() => changes.settled());
    const schedulable = nodes.filter((one) => one.schedulable).map((one) => one.name);
    const facts = await detectFacts(api, nodes, guarded);
    const cluster = new OpenedCluster({
      name: connection.context,
      provider: 'existing',
      familyMode: request.familyMode,
      kubeconfigPath,
      facts,
      runLabel,
      api,
      changes,
      nodes,
      nodeOf: (one) => new HelperNode(one, api, noNodeAccess === undefined ? systemNamespace : undefined, noNodeAccess),
      // Pushes nothing: says in time what would end as ErrImagePull.
      loadImage: (_, image, inner) => requireImage(api, image, schedulable, inner),
    });
    const proxy = await detectProxy(api, await cluster.nodes(), guarded);
    log(
      `cluster ${cluster.name}: Kubernetes ${facts.kubernetes}, ${nodes.length} nodes, ${facts.podNetwork}, ${proxy}`,
    );
    const missingKernel = noNodeAccess === undefined ? await kernelOf(request, api, schedulable) : {};
    await request.beforeReady?.(cluster, guarded);
    return { cluster, lost: lease.lost, fitness: { lackingAccess, noNodeAccess, proxy, missingKernel }, release };
  } catch (error) {
    await release().catch((late: unknown) => log(String(late)));
    throw error;
  }
}

/** Not below the run's folder: reports are uploaded, and these credentials are somebody's own. */
function keepCredentials(connection: Connection, runId: string): string {
  keepKubeconfigSecrets(connection.kubeconfigText());
  return join(stateFolder(), 'kubeconfig', runId);
}

function writeSecret(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, text, { mode: 0o600 });
}

/** An account that can do nothing of what was asked for would make a run of skips, which looks like success. */
function refuseAccount(lacking: Fitness['lackingAccess'], areas: readonly AreaRights[]): void {
  const rows = Object.entries(lacking);
  if (areas.length === 0 || rows.length < areas.length) return;
  const text = rows.map(([area, denied]) => `${area}: ${denied?.slice(0, 4).join(', ') ?? ''}`).join('; ');
  throw new InfrastructureError(
    `the account may do too little for any selected area (${text}); npm run doctor -- --context NAME says everything, manifests/node-helper/suite-access.yaml grants it`,
  );
}

/** A feature counts as missing when one node lacks it: pods go anywhere. */
async function kernelOf(
  { kernelProbe }: ClusterRequest,
  api: KubeApi,
  nodes: readonly string[],
): Promise<Fitness['missingKernel']> {
  if (kernelProbe === undefined) return {};
  const texts = await runInHelpers(api, systemNamespace, nodes, kernelProbe.script);
  return Object.assign({}, ...texts.map((text) => kernelProbe.read(text))) as Fitness['missingKernel'];
}

function refuseFamily(request: ClusterRequest, found: readonly string[]): void {
  const wanted = request.familyMode === 'dual' ? ['ipv4', 'ipv6'] : [request.familyMode];
  const missing = wanted.filter((family) => !found.includes(family));
  if (missing.length === 0 || found.length === 0) return;
  throw new InfrastructureError(
    `-i ${request.familyMode}: the cluster has pods and Services of ${found.join(' and ')} only`,
  );
}
