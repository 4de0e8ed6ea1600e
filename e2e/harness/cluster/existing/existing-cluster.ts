/** A cluster that somebody else made, behind the provider-neutral interface. */
import type { Cluster, ClusterFacts, ClusterNode, FamilyMode, IpFamily } from '../cluster.ts';
import type { JournalledChanges } from '../journalled-changes.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import type { NodeFacts } from '../node-facts.ts';
import { HelperNode } from './node-helper.ts';
import { requireImage } from './node-images.ts';

interface ExistingClusterParts {
  readonly name: string;
  readonly familyMode: FamilyMode;
  readonly kubeconfigPath: string;
  readonly facts: ClusterFacts;
  readonly runLabel: { readonly key: string; readonly value: string };
  readonly api: KubeClient;
  readonly changes: JournalledChanges;
  readonly nodes: readonly NodeFacts[];
  /** Where helper pods are; undefined without node access. */
  readonly helperNamespace: string | undefined;
}

export class ExistingCluster implements Cluster {
  readonly name: string;
  readonly provider = 'existing';
  readonly familyMode: FamilyMode;
  readonly primaryFamily: IpFamily;
  readonly kubeconfigPath: string;
  readonly facts: ClusterFacts;
  readonly runLabel: { readonly key: string; readonly value: string };
  readonly api: KubeClient;
  readonly #changes: JournalledChanges;
  readonly #nodes: readonly HelperNode[];
  readonly #schedulable: ReadonlySet<string>;

  constructor(parts: ExistingClusterParts) {
    this.name = parts.name;
    this.familyMode = parts.familyMode;
    this.primaryFamily = parts.familyMode === 'ipv6' ? 'ipv6' : 'ipv4';
    this.kubeconfigPath = parts.kubeconfigPath;
    this.facts = parts.facts;
    this.runLabel = parts.runLabel;
    this.api = parts.api;
    this.#changes = parts.changes;
    this.#nodes = parts.nodes.map((facts) => new HelperNode(facts, parts.api, parts.helperNamespace));
    this.#schedulable = new Set(parts.nodes.filter((facts) => facts.schedulable).map((facts) => facts.name));
  }

  nodes(): Promise<readonly ClusterNode[]> {
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

  setSysctl(...args: Parameters<Cluster['setSysctl']>): ReturnType<Cluster['setSysctl']> {
    return this.#changes.setSysctl(...args);
  }

  /** Pushes nothing: says in time what would end as ErrImagePull. */
  loadImage(image: string, signal?: AbortSignal): Promise<void> {
    return requireImage(this.api, image, [...this.#schedulable], signal);
  }
}
