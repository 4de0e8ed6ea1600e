/** What an existing cluster and the account on it allow. */

export interface Fitness {
  /** What the account may not do, for the areas that lack something: `delete pods`, as kubectl's `auth can-i` takes it. */
  readonly lackingAccess: Readonly<Partial<Record<string, readonly string[]>>>;
  /** Why there is no shell on the nodes; undefined when there is one. */
  readonly noNodeAccess: string | undefined;
  /** How Services are served, in words: `kube-proxy nftables`, `Cilium`, `not recognised`. */
  readonly proxy: string;
  /** Kernel feature → why it is missing on some node; nothing is known without access to nodes. */
  readonly missingKernel: Readonly<Record<string, string>>;
}
