/** Findings of kube-score and kubeconform that stay, and why. A row that excuses nothing is an error. */

interface LinterException {
  readonly rule: string;
  /** Below manifests/; absent: everywhere. */
  readonly files?: readonly string[];
  readonly reason: string;
}

export const linterExceptions: readonly LinterException[] = [];
