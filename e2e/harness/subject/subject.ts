/** What is judged. One literal a subject; variants (mutants) are subjects like any other. */
import type { Cluster } from '../cluster/cluster.ts';
import type { Options } from '../run/options/schema.ts';
import type { SubjectInfo } from '../run/result-schema.ts';

/**
 * Kinds of subjects, each with what one of that kind may be able to do. Every area adds its own in its subjects/kind.ts, by
 * `declare module`.
 */
export interface SubjectKinds {}
export type SubjectKind = keyof SubjectKinds;

/** What hack/ can make on this machine for a subject: images and files by name (`npa@1.4.3`, `stand-in-vpc-cni`). */
export interface PartSource {
  /** What is missing here to make the part, one line each; empty means that it can be made or is cached. */
  missing(part: string): Promise<readonly string[]>;
  /** Reference of an image in the local Docker daemon; builds it when it is not there. */
  image(part: string, signal: AbortSignal): Promise<string>;
  /** Path of a file; builds it when it is not there. */
  file(part: string, signal: AbortSignal): Promise<string>;
}

/** What a subject gets when it is installed or removed. */
export interface SubjectContext {
  readonly cluster: Cluster;
  readonly signal: AbortSignal;
  /** Options of the run: image overrides, periods. */
  readonly options: Options;
  readonly fixturesImage: string;
  /** Absent where nothing can be built; then images have to be given as options. */
  readonly parts?: PartSource;
  log(line: string): void;
}

/** A declaration: cheap to list, loaded when chosen. */
export interface SubjectEntry {
  /** `<name>[@version][+variant]` */
  readonly name: string;
  readonly kind: SubjectKind;
  readonly summary: string;
  /** For a known-bad subject: ids of the specs that are meant to catch it. Empty for a good one. */
  readonly caughtBy: readonly string[];
  /**
   * For a known-bad subject: how they are meant to fail, as `judgement: outcome` (`row-removed: row-stays`). A spec that fails for
   * another reason did not catch the defect. Absent: any judgement that is declared.
   */
  readonly caughtAs?: readonly string[];
  /** For a good counterpart: ids of specs that it has to pass, and that its plain version fails by a known defect. */
  readonly passes?: readonly string[];
  /** For a subject that does nothing to judge: ids of specs that have to end as inconclusive on it. */
  readonly undecided?: readonly string[];
  /** Judged by default only when this option of the run is given: without it there is nothing to judge. */
  readonly byOption?: string;
  /** Of a release that no registry gives whole: what is refused. It cannot be judged. */
  readonly refused?: readonly string[];
  /** For a known-bad subject whose defect shows on one kind of cluster only. */
  readonly family?: 'ipv4' | 'ipv6' | 'dual';
  load(): Promise<Subject>;
}

export interface Subject {
  readonly name: string;
  readonly kind: SubjectKind;
  /** How the cluster has to be made for this subject. Only service proxies ask for something. */
  readonly clusterNeeds?: { readonly kubeProxyMode: 'none' | 'iptables' | 'nftables' | 'ipvs' };
  /** What this machine lacks to make the subject, one line each; asked before a cluster is made. */
  missingHere?(context: Pick<SubjectContext, 'options' | 'parts'>): Promise<readonly string[]>;
  /** Names of the parts that install() will ask for, so that they can be made before a cluster is there. */
  parts?(given: Pick<SubjectContext, 'options'> & { readonly hasCluster: boolean }): readonly string[];
  /** Looks at the cluster as it is before any spec and any other subject changes it. */
  lookBefore?(context: SubjectContext): Promise<void>;
  /** Kernel features by doctor's names (`ipvs`) without which no cluster of its can be made; then its specs are skipped. */
  readonly kernelNeeds?: readonly string[];
  /** Says what is missing before anything is touched; an empty list means ready. */
  preflight(context: SubjectContext): Promise<readonly string[]>;
  /** Idempotent; returns when the subject works (not only when its pods are Ready). */
  install(context: SubjectContext): Promise<void>;
  remove(context: SubjectContext): Promise<void>;
  capabilities(context: SubjectContext): Promise<readonly string[]>;
  /** Versions as found at run time, and remarks for reports. */
  info(context: SubjectContext): Promise<SubjectInfo>;
  /** Log text of all its instances, by instance name, for artefacts. */
  logs(context: SubjectContext): Promise<Readonly<Record<string, string>>>;
}
