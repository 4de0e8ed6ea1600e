/** A cluster that is open for one run. Providers differ in how a node is reached and how an image gets there, and in nothing else. */
import type { Cluster, ClusterFacts, ClusterNode, FamilyMode, IpFamily } from './cluster.ts';
import type { JournalledChanges } from './journalled-changes.ts';
import type { KubeClient } from './kube/kube-client.ts';
import type { NodeFacts } from './node-facts.ts';
import { recordAction } from '../run/record-action.ts';

interface OpenedClusterParts {
  readonly name: string;
  readonly provider: Cluster['provider'];
  readonly familyMode: FamilyMode;
  readonly kubeconfigPath: string;
  readonly facts: ClusterFacts;
  readonly runLabel: Cluster['runLabel'];
  readonly api: KubeClient;
  readonly changes: Pick<JournalledChanges, 'createNamespace' | 'setSysctl' | 'changeNode'>;
  readonly nodes: readonly NodeFacts[];
  readonly nodeOf: (facts: NodeFacts) => ClusterNode;
  /** Makes an image available on the nodes that are given, or says why it cannot be. */
  readonly loadImage: (nodes: readonly ClusterNode[], image: string, signal?: AbortSignal) => Promise<void>;
  readonly restartNode?: Cluster['restartNode'];
}

export class OpenedCluster implements Cluster {
  readonly name: string;
  readonly provider: Cluster['provider'];
  readonly familyMode: FamilyMode;
  readonly primaryFamily: IpFamily;
  readonly kubeconfigPath: string;
  readonly facts: ClusterFacts;
  readonly runLabel: Cluster['runLabel'];
  readonly api: KubeClient;
  readonly restartNode: Cluster['restartNode'];
  readonly #changes: OpenedClusterParts['changes'];
  readonly #nodes: readonly ClusterNode[];
  readonly #schedulable: ReadonlySet<string>;
  readonly #loadImage: OpenedClusterParts['loadImage'];

  constructor(parts: OpenedClusterParts) {
    this.name = parts.name;
    this.provider = parts.provider;
    this.familyMode = parts.familyMode;
    this.primaryFamily = parts.familyMode === 'ipv6' ? 'ipv6' : 'ipv4';
    this.kubeconfigPath = parts.kubeconfigPath;
    this.facts = parts.facts;
    this.runLabel = parts.runLabel;
    this.api = parts.api;
    this.#changes = parts.changes;
    this.#nodes = parts.nodes.map(parts.nodeOf);
    this.#schedulable = new Set(parts.nodes.filter((facts) => facts.schedulable).map((facts) => facts.name));
    this.#loadImage = parts.loadImage;
    this.restartNode = parts.restartNode;
  }

  nodes(): Promise<readonly ClusterNode[]> {
    for (const { name, addresses } of this.#nodes)
      recordAction({
        do: 'saw',
        target: { apiVersion: 'v1', kind: 'Node', name },
        addresses: Object.values(addresses),
      });
    return Promise.resolve(this.#nodes);
  }

  workers(): Promise<readonly ClusterNode[]> {
    return Promise.resolve(this.#nodes.filter((node) => !node.controlPlane && this.#schedulable.has(node.name)));
  }

  node(name: string): Promise<ClusterNode> {
    const node = this.#nodes.find((one) => one.name === name);
    if (node === undefined)
      throw new Error(
        `cluster ${this.name} has no node "${name}"; it has: ${this.#nodes.map((one) => one.name).join(', ')}`,
      );
    return Promise.resolve(node);
  }

  createNamespace(...args: Parameters<Cluster['createNamespace']>): ReturnType<Cluster['createNamespace']> {
    return this.#changes.createNamespace(...args);
  }

  changeNode(...args: Parameters<Cluster['changeNode']>): ReturnType<Cluster['changeNode']> {
    return this.#changes.changeNode(...args);
  }

  setSysctl(...args: Parameters<Cluster['setSysctl']>): ReturnType<Cluster['setSysctl']> {
    return this.#changes.setSysctl(...args);
  }

  loadImage(image: string, signal?: AbortSignal): Promise<void> {
    return this.#loadImage(this.#nodes, image, signal);
  }
}
