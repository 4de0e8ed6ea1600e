/** What CI runs of an area, and how it has to end. */

export interface AreaInCi {
  /** On every change, one after the other. */
  readonly lanes: readonly Lane[];
  /** Every night, each on a machine of its own. */
  readonly nightly: readonly NightlyRun[];
  /** How nightly runs that are red on purpose must end, by the name that those give: a missing red is a failure. */
  readonly red?: readonly RedCell[];
  /** On a cluster that the suite did not make, with an account that may do little. */
  readonly anywhere: AnywhereRun;
}

export interface Lane {
  readonly name: string;
  /** Arguments of `npm run e2e --`. */
  readonly args: readonly string[];
  /** 0: all as expected, but for one spec of twenty that may prove nothing. 1: the known-bad subject is caught. */
  readonly exit: 0 | 1;
  /** Specs that must pass. */
  readonly passes?: readonly string[];
  /** Specs that must fail, and words of the judgement that has to be the reason; no spec that stands nowhere here may fail. */
  readonly fails?: Readonly<Record<string, string>>;
  /** Specs that a chance decides: they may fail, by these words. */
  readonly mayFail?: Readonly<Record<string, string>>;
  /** Its clusters go before the next lane begins: two cores carry one cluster well. hack/ci/share-clusters.ts says which lane is one. */
  readonly last?: true;
}

export interface NightlyRun {
  /** Follows the area's name: `held-ipv4`. */
  readonly name: string;
  /** Arguments of `npm run e2e --`. */
  readonly args: readonly string[];
  /** Red on purpose: name of the cell of `red` that says how. */
  readonly red?: string;
  /** Only on a night that is given this option, such as `--kpng-image`; the run is given it too. */
  readonly byOption?: string;
}

export type RedCell = Pick<Lane, 'name' | 'exit' | 'passes' | 'fails' | 'mayFail'>;

export interface AnywhereRun {
  /** Arguments of `npm run e2e --` that select specs. */
  readonly args: readonly string[];
  /** Every one of them has to be skipped with its reason. */
  readonly skipped?: true;
  /** Also run as a Job of three shards, whose merged verdicts have to be those of the single run. One area at most. */
  readonly sharded?: true;
  /** A spec that passes with the rights of its own area alone, where every other area's `alone` is skipped for want of rights. */
  readonly alone?: string;
}
