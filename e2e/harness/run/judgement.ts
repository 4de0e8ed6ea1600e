/**
 * Declarations of judgements. A verdict is matched by what it decided (id, outcome, facts), never by its text: a text may be
 * worded anew, and two failures of different kinds may read alike. Light on purpose: specs import this for `--list`.
 */

/** Closed lists of values by fact: `{ frontend: ['cluster-ip', 'node-port'] }`. */
export type FactLists = Readonly<Record<string, readonly string[]>>;

/** Of a judgement whose failures need no facts to be told apart. */
// Empty on purpose: a decision of it has no facts to name.
// eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type
export type NoFacts = Readonly<Record<never, readonly string[]>>;

/** One value of each declared fact. */
export type FactsOf<Lists extends FactLists> = { readonly [Name in keyof Lists]: Lists[Name][number] };

/** What a judgement can decide. `passes` and `fails` share no word. */
export interface Judgement<
  Pass extends string = string,
  Fail extends string = string,
  Lists extends FactLists = FactLists,
> {
  /** Kebab-case, unique over the suite: `row-removed`. */
  readonly id: string;
  readonly passes: readonly Pass[];
  /** Each kind of failure by a name of its own, so that a known defect excuses its own kind only. */
  readonly fails: readonly Fail[];
  readonly facts: Lists;
}

const word = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** Declares a judgement. Throws at load time when a name is not kebab-case or an outcome both passes and fails. */
export function judgement<
  const Pass extends string,
  const Fail extends string,
  const Lists extends FactLists = NoFacts,
>(declared: {
  readonly id: string;
  readonly passes: readonly Pass[];
  readonly fails: readonly Fail[];
  readonly facts?: Lists;
}): Judgement<Pass, Fail, Lists> {
  const { id, passes, fails, facts = {} as Lists } = declared;
  const words = [id, ...passes, ...fails, ...Object.entries(facts).flatMap(([name, values]) => [name, ...values])];
  const bad = words.find((one) => !word.test(one));
  if (bad !== undefined) throw new Error(`judgement ${id}: "${bad}" is not kebab-case`);
  if (passes.length === 0 || fails.length === 0)
    throw new Error(`judgement ${id} has to name an outcome that passes and one that fails`);
  const both = passes.find((outcome) => (fails as readonly string[]).includes(outcome));
  if (both !== undefined) throw new Error(`judgement ${id}: outcome ${both} both passes and fails`);
  return { id, passes, fails, facts };
}

/** Whether `outcome` passes. Throws when the declaration does not have it: an unknown word is no verdict. */
export function passesWith(declared: Judgement, outcome: string): boolean {
  if (declared.passes.includes(outcome)) return true;
  if (declared.fails.includes(outcome)) return false;
  throw new Error(
    `judgement ${declared.id}: outcome "${outcome}" is not declared; it has ${[...declared.passes, ...declared.fails].join(', ')}`,
  );
}
