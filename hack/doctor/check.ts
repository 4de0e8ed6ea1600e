/** The shape of a prerequisite: one literal says what it is, who needs it, how it is looked for and who can mend it. */

/** What `--setup` can do; hack/set-up.ts has one function for each. */
export type Repair =
  | 'docker-packages'
  | 'docker-daemon'
  | 'sysctls'
  | 'kind'
  | 'bpf-packages'
  | 'network-packages'
  | 'client-packages'
  | 'guard';

/** `limited`: nothing stops, but specs that need it are skipped or something later fails. */
export type State = 'ok' | 'limited' | 'missing';

export interface Probe {
  readonly state: State;
  readonly found: string;
  /** In place of the check's own. */
  readonly remedy?: string;
  readonly repair?: Repair;
}

/** What is known before any check: decides which of them apply. */
export interface Surroundings {
  readonly provider: 'kind' | 'existing';
  /** No node image is here, and none can be pulled. */
  readonly mustBuild: boolean;
  readonly nodeImage: string | undefined;
  readonly registryAnswers: boolean;
}

export interface Check {
  readonly what: string;
  /** What the suite itself needs it for; areas say their own share. */
  readonly neededBy?: string;
  readonly remedy: string;
  readonly repair?: Repair;
  applies(around: Surroundings): boolean;
  probe(around: Surroundings): Promise<Probe>;
}

export interface Row {
  readonly what: string;
  readonly state: State;
  readonly found: string;
  readonly neededBy: string;
  /** Empty when there is nothing to do. */
  readonly remedy: string;
  readonly repair?: Repair;
}
