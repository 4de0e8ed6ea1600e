/** Test files that take longer than CI has: every night hack/ci/anywhere.ts runs them on its cluster. */

export interface NightlyTest {
  /** Word of its path, for `npm test -- --cluster WORD`. */
  readonly word: string;
  /** The variable in which it wants the kubeconfig of that cluster's administrator. */
  readonly kubeconfigIn: string;
}

export const nightlyTests: readonly NightlyTest[] = [
  // Three minutes of watching, after clients in three languages were built.
  { word: 'watch-soak.cluster', kubeconfigIn: 'SOAK_KUBECONFIG' },
];
