/** From a kubeconfig context to a cluster for one run, and back to how it was. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { journalOf, stateFolder } from '../../run/journal.ts';
import { keepKubeconfigSecret } from '../../run/redact.ts';
import { InfrastructureError } from '../../run/verdict-errors.ts';
import type { ClusterRequest, OpenCluster } from '../cluster.ts';
import { JournalledChanges } from '../journalled-changes.ts';
import { type Connection, connect } from '../kube/connection.ts';
import { KubeClient } from '../kube/kube-client.ts';
import { readNodes } from '../node-facts.ts';
import { OpenedCluster } from '../opened-cluster.ts';
import { runLabelKey } from '../run-label.ts';
import { detectFacts, detectProxy, families } from './detect.ts';
import { holdLease } from './run-lease.ts';
import { HelperNode, installHelper } from './node-helper.ts';
import { requireImage } from './node-images.ts';
import { ensureSystemNamespace } from './system-namespace.ts';

const systemNamespace = 'staleproof-system';
const leaseName = 'run';

export async function openExistingCluster(request: ClusterRequest): Promise<OpenCluster> {
  const { signal, log, runId, helperImage } = request;
  const connection = await connect({ kubeconfig: request.kubeconfig, context: request.context });
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
    const nodes = await readNodes(api, signal);
    const found = await families(api, nodes, signal);
    refuseFamily(request, found);

    const change = await ensureSystemNamespace(api, journal, access, systemNamespace, signal);
    if (change !== undefined) undo.push(() => change.undo());
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
    const guarded = AbortSignal.any([signal, lease.lost]);
    if (helperImage !== undefined) {
      await requireImage(
        api,
        helperImage,
        nodes.map((node) => node.name),
        guarded,
      );
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
      await installHelper(api, systemNamespace, helperImage, guarded);
    } else log('no image for helper pods was given: specs that need nodes will be skipped');
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
      nodeOf: (one) => new HelperNode(one, api, helperImage === undefined ? undefined : systemNamespace),
      // Pushes nothing: says in time what would end as ErrImagePull.
      loadImage: (_, image, inner) => requireImage(api, image, schedulable, inner),
    });
    log(
      `cluster ${cluster.name}: Kubernetes ${facts.kubernetes}, ${nodes.length} nodes, ${facts.podNetwork}, ${await detectProxy(api, await cluster.nodes(), guarded)}`,
    );
    await request.beforeReady?.(cluster, guarded);
    return { cluster, release };
  } catch (error) {
    await release().catch((late: unknown) => log(String(late)));
    throw error;
  }
}

/** Not below the run's folder: reports are uploaded, and these credentials are somebody's own. */
function keepCredentials(connection: Connection, runId: string): string {
  keepKubeconfigSecret(connection.kubeconfigText());
  return join(stateFolder(), 'kubeconfig', runId);
}

function writeSecret(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, text, { mode: 0o600 });
}

function refuseFamily(request: ClusterRequest, found: readonly string[]): void {
  const wanted = request.familyMode === 'dual' ? ['ipv4', 'ipv6'] : [request.familyMode];
  const missing = wanted.filter((family) => !found.includes(family));
  if (missing.length === 0 || found.length === 0) return;
  throw new InfrastructureError(
    `-i ${request.familyMode}: the cluster has pods and Services of ${found.join(' and ')} only`,
  );
}
