/** Variants that are not built otherwise but installed otherwise. */

export interface NpaInstallation {
  /** Linux capabilities of the agent's container. */
  readonly capabilities: readonly string[];
  /** Whether the CNI plugin reports pods to the agent, as the VPC CNI does, or leaves it to find them by policy. */
  readonly cniReports: boolean;
}

const plain: NpaInstallation = { capabilities: ['NET_ADMIN', 'SYS_ADMIN'], cniReports: false };
const variants: Readonly<Record<string, NpaInstallation>> = {
  // Attaching filters needs no more, so policy is enforced; opening maps by id does, so cleaning fails, and nothing says so.
  'without-sys-admin': { ...plain, capabilities: ['NET_ADMIN', 'BPF', 'PERFMON'] },
  'cni-reports': { ...plain, cniReports: true },
};

/** `npa@1.4.3+without-sys-admin` → how that one is installed. */
export function npaInstallation(name: string): NpaInstallation {
  return variants[variantOf(name)] ?? plain;
}

/** The subject whose build is installed. */
export function builtName(name: string): string {
  return variantOf(name) in variants ? name.replace(/\+.*$/, '') : name;
}

function variantOf(name: string): string {
  return /\+(.+)$/.exec(name)?.[1] ?? '';
}
