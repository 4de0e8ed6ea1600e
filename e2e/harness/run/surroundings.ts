/** What a run is told of its surroundings. Types only: the composition root looks, the engine asks. */

/** Milliseconds of this machine's wall clock since the epoch. */
export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface SeenAround {
  /** What happened meanwhile, one sentence each: it takes back an accusation and questions a pass. */
  readonly events: readonly string[];
  /** Why something could not be looked at; that excuses nobody. */
  readonly unseen: readonly string[];
}

export interface Surroundings {
  /** Looks, and tells what happened in `span`; what happened in one of `own` alone was a spec's own doing. */
  during(span: Span, own: readonly Span[]): Promise<SeenAround>;
}
