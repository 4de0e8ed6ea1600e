/**
 * What an area says of itself: all that the engine, the commands, doctor and CI ask of it. Data, and light, because `--list`
 * reads it: what is heavy is behind a function that loads it.
 */
import type { KubeApi } from '../cluster/cluster.ts';
import type { Right } from '../cluster/rights.ts';
import type { FieldsOfArea } from '../run/options/field.ts';
import type { Options } from '../run/options/schema.ts';
import type { SubjectEntry, SubjectKind } from '../subject/subject.ts';
import type { AreaInCi } from './area-in-ci.ts';
import type { RunningProduct, SeenCluster } from './running.ts';

export interface Area {
  /** First part of the ids of its specs, and a tag of each of them. */
  readonly name: string;
  /** What that tag means. */
  readonly meaning: string;
  /** Tags that are of use in this area only, with what they mean. */
  readonly tags?: Readonly<Record<string, string>>;
  /** What its specs judge. */
  readonly kinds: readonly KindOfSubject[];
  /** What an account needs on a cluster of somebody else's, besides what every area needs. */
  readonly rights?: readonly Right[];
  /** What of this machine it uses, and for what: names of doctor's rows, such as `kernel: bpf`. */
  readonly machine?: Readonly<Record<string, string>>;
  /** Its products on a cluster that is only looked at: how `check` finds them. */
  readonly running?: AreaOnCluster;
  /** Options of `npm run e2e` that it reads through `env.options`. */
  readonly options?: () => Promise<FieldsOfArea>;
  /** Its page below docs/: `udp.md`. */
  readonly page: string;
  readonly mutation?: AreaInMutation;
  readonly ci: AreaInCi;
}

export interface KindOfSubject {
  readonly kind: SubjectKind;
  /** In the order of `--list-subjects`. */
  readonly subjects: readonly SubjectEntry[];
  /** Judged when nobody names another one; default: the first good one. */
  readonly preferred?: string;
  /** The same on a cluster of somebody else's; default: as here. */
  readonly preferredThere?: string;
  /**
   * `cluster`: it runs there, and its evidence is on nodes. `machine`: it runs on this machine and is made when a run starts, so
   * that nothing of it is missing before.
   */
  readonly runsOn: 'cluster' | 'machine';
  /** Its subjects are compiled here, which takes minutes: specs of other kinds begin without them. */
  readonly built?: true;
  /** Several are judged side by side in one run, each matched to its own known defects. Others would meet in one kernel. */
  readonly sideBySide?: true;
  /** What a cluster stands on: made with it whether or not it is judged, kept with it, and named by `--backend` too. At most one kind. */
  readonly ground?: true;
  /** What a first look shows of this kind: `--quick`. */
  readonly quick?: QuickLook;
  /** For an existing cluster, when nobody named one: which subject is there already. Without it the preferred one is installed. */
  readonly asFound?: (served: string) => FoundThere;
  /** Where it stands on an existing cluster, when no option says so. What may not be looked at is not there. */
  readonly locate?: (api: KubeApi, options: Options, signal: AbortSignal) => Promise<Located | undefined>;
  /** Doctor's row about an existing cluster. */
  readonly doctor?: { readonly what: string; readonly remedy?: string };
}

export interface AreaOnCluster {
  /** ConfigMaps that say how its products run, as `namespace/name`; nothing else of the cluster's configuration is read. */
  readonly configs: readonly string[];
  readonly find: () => Promise<(seen: SeenCluster) => readonly RunningProduct[]>;
}

/** One spec that tells a good subject from a known-bad one within a minute. */
export interface QuickLook {
  /** Its id. */
  readonly spec: string;
  readonly good: string;
  readonly bad: string;
  /** Further arguments of `npm run e2e --`. */
  readonly args?: readonly string[];
}

/** Names of subjects, the first that exists is taken; or why none is to be had. `served`: how Services are served there, in words. */
export interface FoundThere {
  readonly names: readonly string[];
  readonly otherwise: string;
}

export interface Located {
  /** Set for the run as if the user had. */
  readonly options: Partial<Options>;
  /** `3 pods labelled k8s-app=aws-node`. */
  readonly found: string;
}

/** The area's share of `npm run prove -- mutation`. Files are named as paths below the area, without `.ts`. */
export interface AreaInMutation {
  /** Code that turns what was seen into a verdict: held to the bar. */
  readonly decides: readonly string[];
  /** Patterns of other files → what shows that they work. */
  readonly elsewhere: Readonly<Record<string, string>>;
}
