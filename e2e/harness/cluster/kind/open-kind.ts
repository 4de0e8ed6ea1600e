/** From a request to a Ready kind cluster, new or taken over, and back. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { journalOf, type Change, type Journal } from '../../run/journal.ts';
import { ownerFor } from '../../run/process-lock.ts';
import { InfrastructureError } from '../../run/verdict-errors.ts';
import type { ClusterRequest, OpenCluster } from '../cluster.ts';
import { JournalledChanges } from '../journalled-changes.ts';
import { connect } from '../kube/connection.ts';
import { KubeClient } from '../kube/kube-client.ts';
import { readNodes } from '../node-facts.ts';
import { OpenedCluster } from '../opened-cluster.ts';
import { waitForPodRanges, waitUntilReady } from '../readiness.ts';
import { runLabelKey } from '../run-label.ts';
import { pickCluster, type PickedCluster } from './choose-cluster.ts';
import { digest } from './cluster-name.ts';
import { type ClusterIdentity, newIdentity } from './cluster-identity.ts';
import { type ClusterMark, writeMark } from './cluster-mark.ts';
import { createKindCluster, exportNodeLogs } from './create.ts';
import { docker } from './docker.ts';
import { type FoundNode, nodesOf } from './found-clusters.ts';
import { findKind } from './kind-binary-path.ts';
import { kindConfig, podSubnets } from './kind-config.ts';
import { KindNode } from './kind-node.ts';
import { loadImage } from './load-image.ts';
import { setUpPodNetwork } from './pod-network.ts';

const readyWithinMs = 180_000;
/** Part of the configuration's hash: raise it when a cluster made by older code must not be reused. */
const generation = 2;

export async function openKindCluster(request: ClusterRequest): Promise<OpenCluster> {
  const { signal, log, nodeImage: image } = request;
  if (image === undefined)
    throw new InfrastructureError('a kind cluster needs a node image; `npm run doctor -- --setup` makes one');
  const binary = findKind(request.kindBinary);
  const config = kindConfig(request);
  const configuration = digest(JSON.stringify([generation, config, image, request.podNetwork])).slice(0, 16);
  const journal = journalOf(request.runId);
  const picked = await pickCluster(request, configuration);
  const { name } = picked;
  const identity = picked.found?.identity ?? newIdentity(name);
  const opening = new Opening(request, journal, picked, identity);
  try {
    const kubeconfig = join(request.folder, 'kubeconfig');
    await mkdir(request.folder, { recursive: true });
    const { run, ...owner } = ownerFor(request.runId);
    const made: ClusterMark = {
      run,
      owner,
      configuration,
      familyMode: request.familyMode,
      kubeProxyMode: request.kubeProxyMode,
      image,
      podNetwork: request.podNetwork,
      createdAt: new Date().toISOString(),
      ready: false,
      kept: false,
    };
    const mark: ClusterMark = { ...(picked.found?.mark ?? made), user: { ...owner, run } };
    if (picked.found === undefined) {
      log(
        `creating cluster ${name} (${request.familyMode}, kube-proxy ${request.kubeProxyMode}, ${request.workers + 1} nodes)`,
      );
      opening.recordCluster();
      await createKindCluster({ binary, identity, image, config, kubeconfig, logFolder: request.folder, signal, log });
      await writeMark(name, mark);
    } else {
      log(`taking over the running cluster ${name}`);
      await writeMark(name, mark);
      await exportKubeconfig(binary, name, kubeconfig);
    }
    const cluster = await opening.finish(kubeconfig, mark);
    await writeMark(name, { ...mark, ready: true });
    return { cluster, release: (closing) => opening.release(closing, { ...mark, ready: true }) };
  } catch (error) {
    await opening.abandon(error);
    throw error;
  }
}

class Opening {
  readonly #request: ClusterRequest;
  readonly #journal: Journal;
  readonly #picked: PickedCluster;
  readonly #identity: ClusterIdentity;
  readonly #made: Change[] = [];
  #changes: JournalledChanges | undefined;
  #disconnect: () => void = () => undefined;

  constructor(request: ClusterRequest, journal: Journal, picked: PickedCluster, identity: ClusterIdentity) {
    this.#request = request;
    this.#journal = journal;
    this.#picked = picked;
    this.#identity = identity;
  }

  recordCluster(): void {
    this.#made.push(this.#journal.record({ kind: 'kind-cluster', ...this.#identity }));
  }

  /** Connects, makes the pod network, lets the caller install a proxy, waits until everything is Ready. */
  async finish(kubeconfigPath: string, mark: ClusterMark): Promise<OpenedCluster> {
    const { signal, log, workers, familyMode, podNetwork, runId } = this.#request;
    const connection = await connect({ kubeconfig: kubeconfigPath });
    this.#disconnect = () => connection.close();
    const runLabel = { key: runLabelKey, value: runId };
    const api = new KubeClient(connection, { labels: { [runLabel.key]: runLabel.value } });
    const waiting = { timeoutMs: readyWithinMs, signal, log };
    await waitForPodRanges(api, workers + 1, waiting);
    const facts = await readNodes(api, signal);
    const setUpNetwork = async (until: AbortSignal, keepsChain = false): Promise<void> => {
      if (podNetwork !== 'own') return;
      const nodes = facts.map((one) => new KindNode(one));
      await setUpPodNetwork(nodes, podSubnets(familyMode), until, { keepsChain });
    };
    await setUpNetwork(signal);
    const containers = await nodesOf(this.#identity);
    const access = { kubeconfig: kubeconfigPath, cluster: this.#identity };
    const changes = new JournalledChanges(this.#journal, api, access, ({ name }) => ({
      at: 'container',
      name,
      id: idOf(name, containers),
      cluster: this.#identity,
    }));
    this.#changes = changes;
    const info = facts[0]?.info ?? {};
    const cluster = new OpenedCluster({
      name: this.#picked.name,
      provider: 'kind',
      familyMode,
      kubeconfigPath,
      facts: {
        kubernetes: info['kubeletVersion'] ?? 'unknown',
        kernel: info['kernelVersion'] ?? 'unknown',
        containerRuntime: info['containerRuntimeVersion'] ?? 'unknown',
        nodeImage: mark.image,
        podNetwork: podNetwork === 'own' ? 'ptp with host-local and static routes' : 'kindnet',
      },
      runLabel,
      api,
      changes,
      nodes: facts,
      nodeOf: (one) => new KindNode(one),
      loadImage,
      restartNode: async (node, until) => {
        await docker(['restart', '--time', '1', node.name], { signal: until });
        // Its files live on, and a subject may have put its own plugin into the chain.
        await setUpNetwork(until, true);
      },
    });
    await this.#request.beforeReady?.(cluster, signal);
    await waitUntilReady(api, workers + 1, waiting);
    return cluster;
  }

  async release(signal: AbortSignal, mark: ClusterMark): Promise<void> {
    const { keep, log } = this.#request;
    try {
      if (keep || this.#picked.found !== undefined) {
        // The namespaces and sysctls of this run go, the cluster stays.
        for (const change of this.#made) change.release();
        await writeMark(this.#picked.name, { ...mark, user: undefined, kept: true });
        await this.#changes?.settled();
        await this.#journal.undoAll();
        log(`cluster ${this.#picked.name} is kept; \`npm run cluster -- down --name ${this.#picked.name}\` removes it`);
      } else {
        await this.#remove(signal);
        log(`cluster ${this.#picked.name} is removed`);
      }
    } finally {
      this.#disconnect();
      this.#picked.giveBack();
    }
  }

  async abandon(error: unknown): Promise<void> {
    const { log, folder, signal } = this.#request;
    this.#disconnect();
    try {
      if (!signal.aborted && this.#made.length > 0 && this.#changes !== undefined)
        log(`node logs: ${await exportNodeLogs(this.#picked.name, folder, String(error)).catch(String)}`);
      if (this.#made.length > 0) await this.#remove(AbortSignal.timeout(60_000));
    } catch (late) {
      log(`the failed cluster ${this.#picked.name} could not be removed: ${String(late)}; \`npm run gc\` tries again`);
    } finally {
      this.#picked.giveBack();
    }
  }

  async #remove(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    // From here on nobody asks the API server any more.
    this.#disconnect();
    for (const change of [...this.#made].reverse()) await change.undo();
    this.#changes?.forgetAll();
    await this.#journal.undoAll();
  }
}

function idOf(node: string, containers: readonly FoundNode[]): string {
  const id = containers.find(({ name }) => name === node)?.id;
  if (id === undefined)
    throw new InfrastructureError(
      `node ${node} is no container of this cluster; its containers: ${containers.map(({ name }) => name).join(', ') || 'none'}`,
    );
  return id;
}

async function exportKubeconfig(binary: string, name: string, path: string): Promise<void> {
  const { execa } = await import('execa');
  await execa(binary, ['export', 'kubeconfig', '--name', name, '--kubeconfig', path], {
    stdin: 'ignore',
    timeout: 30_000,
  });
}
