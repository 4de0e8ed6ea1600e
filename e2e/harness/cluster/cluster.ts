/**
 * The cluster as the rest of the harness sees it. Types only; kind.ts and existing.ts implement it.
 * Everything that waits takes an AbortSignal; every error says subject, expected, observed, how long, how many tries.
 */
import type { AreaRights } from './rights.ts';
import type { Fitness } from './fitness.ts';
import type { KubernetesObject } from './kubernetes-object.ts';

export type IpFamily = 'ipv4' | 'ipv6';
export type FamilyMode = IpFamily | 'dual';

export interface ExecOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly stdin?: string;
}

/** How a command ended. A transport failure is thrown as ExecTransportError (after bounded retries), never mistaken for an exit code. */
export interface ExecResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

/** A long-lived process whose stdout is lines. */
export interface LineProcess {
  /** Calls back for each complete stdout line, with the harness' wall clock at receipt; replays lines already seen. Returns an unsubscribe. */
  onLine(listener: (line: string, receivedAtMs: number) => void): () => void;
  /** First line (past or future) that matches. Rejects with the last lines when the process ends or the time is up. */
  waitFor(
    match: (line: string) => boolean,
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal; readonly what: string },
  ): Promise<string>;
  write(line: string): void;
  readonly exited: Promise<{ readonly code: number | undefined; readonly reason: string }>;
  stderrTail(): string;
  /** Ends the process inside the pod or node too, and waits for it. Idempotent. */
  stop(): Promise<void>;
}

/** A node's host namespaces: `docker exec` on kind, a helper DaemonSet on an existing cluster. */
export interface ClusterNode {
  readonly name: string;
  readonly controlPlane: boolean;
  readonly addresses: Readonly<Partial<Record<IpFamily, string>>>;
  readonly podCidrs: readonly string[];
  exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** Like exec; a non-zero exit throws with the last lines of stderr. Returns stdout. */
  run(argv: readonly string[], options?: ExecOptions): Promise<string>;
  spawn(argv: readonly string[], options?: { readonly signal?: AbortSignal }): Promise<LineProcess>;
  /** Puts bytes into a file on the node (parent folders are made). */
  writeFile(path: string, content: string | Uint8Array, mode?: number): Promise<void>;
  readFile(path: string): Promise<Uint8Array>;
}

export interface PodRef {
  readonly namespace: string;
  readonly name: string;
  readonly container?: string;
}

export interface ListOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** For messages: "EndpointSlice of svc-udp lists server-1 only". */
  readonly what: string;
}

/** Kubernetes API, provider-neutral. Objects are plain JSON. ApiError is thrown with `status` and the server's message. */
export interface KubeApi {
  /** Server-side apply by one field manager; labels every object with the run. */
  apply<T extends KubernetesObject>(object: T, signal?: AbortSignal): Promise<T>;
  /** All documents of a YAML text or of a file below manifests/, in order; `substitute` replaces `${NAME}`. */
  applyYaml(
    yaml: string,
    substitute?: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<readonly KubernetesObject[]>;
  get<T extends KubernetesObject>(
    apiVersion: string,
    kind: string,
    name: string,
    namespace?: string,
    signal?: AbortSignal,
  ): Promise<T | undefined>;
  list<T extends KubernetesObject>(
    apiVersion: string,
    kind: string,
    options?: ListOptions,
    signal?: AbortSignal,
  ): Promise<readonly T[]>;
  /** JSON merge patch. `subresource`: 'status', 'scale'. */
  patch(
    object: {
      readonly apiVersion: string;
      readonly kind: string;
      readonly name: string;
      readonly namespace?: string;
      readonly subresource?: string;
    },
    patch: unknown,
    signal?: AbortSignal,
  ): Promise<KubernetesObject>;
  /** Absent is fine. Waits until gone unless `wait` is false. */
  delete(
    object: { readonly apiVersion: string; readonly kind: string; readonly name: string; readonly namespace?: string },
    options?: {
      readonly graceSeconds?: number;
      readonly wait?: boolean;
      readonly timeoutMs?: number;
      /** Only the object of this UID: a later one of the same name is a Conflict. */
      readonly uid?: string;
      readonly signal?: AbortSignal;
    },
  ): Promise<void>;
  /** Polls (by watch where cheap) until `done` returns a value; the error carries the last state seen. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller names what the kind holds
  waitFor<T extends KubernetesObject, R>(
    target: {
      readonly apiVersion: string;
      readonly kind: string;
      readonly namespace?: string;
      readonly name?: string;
      readonly labelSelector?: string;
    },
    done: (objects: readonly T[]) => R | undefined,
    options: WaitOptions,
  ): Promise<R>;
  logs(
    pod: PodRef,
    options?: {
      readonly sinceSeconds?: number;
      readonly tailLines?: number;
      readonly previous?: boolean;
      readonly signal?: AbortSignal;
    },
  ): Promise<string>;
  followLogs(pod: PodRef, signal?: AbortSignal): Promise<LineProcess>;
  exec(pod: PodRef, argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  spawn(pod: PodRef, argv: readonly string[], options?: { readonly signal?: AbortSignal }): Promise<LineProcess>;
  /** Raw request with the cluster's credentials, for subresources that have no verb here. */
  raw(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<unknown>;
}

/** What openCluster() is asked for. The composition roots (e2e/setup.ts, e2e/commands) fill it; images come from hack/. */
export interface ClusterRequest {
  readonly provider: 'kind' | 'existing';
  /** Existing cluster: kubeconfig context. */
  readonly context?: string;
  readonly kubeconfig?: string;
  /** Existing cluster: its login may go over plain HTTP. */
  readonly insecureHttp?: boolean;
  /** Existing cluster: what the run selects, so that the account is asked for those rights. Default: what every area needs. */
  readonly areas?: readonly AreaRights[];
  /** Existing cluster: shell script that prints the lines of hack/doctor/kernel-features.ts, and who reads them. */
  readonly kernelProbe?: { readonly script: string; readonly read: (text: string) => Readonly<Record<string, string>> };
  readonly familyMode: FamilyMode;
  /** Existing cluster: image of the pods that give access to nodes (sh, nsenter, base64, cat). Without it there is none. */
  readonly helperImage?: string;
  readonly kubeProxyMode: 'none' | 'iptables' | 'nftables' | 'ipvs';
  /** Part of the cluster's name, one per configuration: `udp`, `race`, or a backend. */
  readonly purpose: string;
  readonly workers: number;
  readonly nodeImage?: string;
  /** Path of kind; by default the one in the cache or on PATH. */
  readonly kindBinary?: string;
  /** A name of the caller's own instead of one made from purpose and family. */
  readonly clusterName?: string;
  /** Ours with a built node image, kindnet with a pulled one. */
  readonly podNetwork: 'own' | 'kindnet';
  readonly runId: string;
  /** Leave it running; take a running one of the same configuration. */
  readonly keep: boolean;
  readonly reuse: boolean;
  /** Folder for the kubeconfig and for logs of a failed creation. */
  readonly folder: string;
  /** Runs once nodes are up and before system pods are waited for: with kubeProxyMode none the proxy goes in here. */
  readonly beforeReady?: (cluster: Cluster, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

export interface OpenCluster {
  readonly cluster: Cluster;
  /** Of a cluster that is not ours. */
  readonly fitness?: Fitness;
  /** Of a cluster that is not ours: aborts when its Lease was lost, so that another run may be working there. */
  readonly lost?: AbortSignal;
  /** Deletes the cluster unless it is kept; restores what the journal of this run says. */
  release(signal: AbortSignal): Promise<void>;
}

export interface ClusterFacts {
  readonly kubernetes: string;
  readonly kernel: string;
  readonly containerRuntime: string;
  readonly nodeImage: string;
  readonly podNetwork: string;
}

export interface NodeChange {
  /** What the journal is to take back, for people: `the rule program of kube-proxy is away`. */
  readonly told: string;
  readonly argv: readonly string[];
  readonly stdin?: string;
  /** Puts the state before the change back, which is part of it; a second time, or before the change, it does nothing and ends with 0. */
  readonly undo: readonly string[];
  readonly signal?: AbortSignal;
}

export interface Cluster {
  readonly name: string;
  readonly provider: 'kind' | 'existing';
  readonly familyMode: FamilyMode;
  /** The family that a spec uses unless it says otherwise. */
  readonly primaryFamily: IpFamily;
  readonly kubeconfigPath: string;
  readonly facts: ClusterFacts;
  /** Label that everything of this run carries: `staleproof.dev/run=<id>`. */
  readonly runLabel: { readonly key: string; readonly value: string };
  readonly api: KubeApi;
  nodes(): Promise<readonly ClusterNode[]>;
  /** Schedulable nodes that are no control plane, in name order. */
  workers(): Promise<readonly ClusterNode[]>;
  node(name: string): Promise<ClusterNode>;
  /** Makes a namespace of this run (journalled, so that gc finds it); the caller defers its removal with the returned function. */
  createNamespace(
    slug: string,
    options?: { readonly podSecurity?: 'privileged' | 'baseline' | 'restricted'; readonly signal?: AbortSignal },
  ): Promise<{ readonly name: string; remove(signal?: AbortSignal): Promise<void> }>;
  /** Sets a sysctl on a node after writing the original to the journal. The returned function restores it. */
  setSysctl(node: ClusterNode, key: string, value: string): Promise<() => Promise<void>>;
  /**
   * Runs a command that changes a node's state, after writing to the journal the one that puts the old state back. The returned
   * function runs that one; register it with `t.defer`.
   */
  changeNode(node: ClusterNode, change: NodeChange): Promise<() => Promise<void>>;
  /** Makes an image that the local Docker daemon has available on every node (kind load, or a registry). */
  loadImage(image: string, signal?: AbortSignal): Promise<void>;
  /** Restarts a node as a power cut would, and gives it its part of the pod network back. Only where nodes are containers. */
  readonly restartNode?: ((node: ClusterNode, signal: AbortSignal) => Promise<void>) | undefined;
}
