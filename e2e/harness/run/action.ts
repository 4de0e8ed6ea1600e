/**
 * What a spec's body did to its cluster, in order: enough to do it again without this suite. Diagnostics and clean-up are left
 * out. Kept in `actions.jsonl` of the attempt; `npm run report -- repro` makes a script of it.
 */
/** An object of the API by its name. */
export interface ActionTarget {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly subresource?: string;
}

interface Command {
  readonly argv: readonly string[];
  /** It was started and kept, not waited for. */
  readonly kept?: true;
}

export type ActionStep =
  | { readonly do: 'apply'; readonly object: unknown }
  | { readonly do: 'patch'; readonly target: ActionTarget; readonly patch: unknown }
  | { readonly do: 'delete'; readonly target: ActionTarget; readonly graceSeconds?: number }
  | { readonly do: 'request'; readonly method: string; readonly path: string; readonly body?: unknown }
  | ({ readonly do: 'exec'; readonly pod: ActionTarget; readonly container?: string } & Command)
  | ({ readonly do: 'command'; readonly node: string; readonly stdin?: string } & Command)
  | {
      readonly do: 'write';
      readonly node: string;
      readonly path: string;
      readonly mode: number;
      readonly base64: string;
    }
  /** Seen, not done: addresses and ports that the cluster chose. Later steps carry them. */
  | {
      readonly do: 'saw';
      readonly target: ActionTarget;
      readonly addresses: readonly string[];
      readonly nodePorts?: readonly number[];
    };

/** `at`: the wall clock, milliseconds since the epoch. */
export type Action = ActionStep & { readonly at: number };
