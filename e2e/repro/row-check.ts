/** What a script can look for in connection tracking when the judged flow and the row stand in the failure's words. */
import type { AttemptLine } from '../harness/run/result-schema.ts';

export interface RowCheck {
  readonly kind: 'must-go' | 'must-stay';
  /** Extended regular expression for a line of `conntrack -L -o extended`. */
  readonly pattern: string;
}

/** Judgements whose failure is a row that stays, or a flow that follows one. */
const stale = new Set(['row-removed', 'removed-by-subject', 'flow-settles', 'flows-move', 'cycle-followed']);
const killed = new Set(['row-kept', 'tcp-rows-kept', 'flow-unharmed', 'connections-alive']);
const end = String.raw`(\*|\[[0-9a-f:]+\]:\d+|[\d.]+:\d+)`;
const flow = new RegExp(`\\b(udp|tcp) ${end} -> ${end}`, 'i');
const reply = new RegExp(`reply from ${end}`, 'i');

/** Undefined where the failure is of another kind: then somebody has to compare. */
export function rowCheckOf(attempt: AttemptLine): RowCheck | undefined {
  const failed = attempt.judgements?.findLast(({ ok }) => !ok)?.id ?? '';
  const text = attempt.failure?.message ?? '';
  const [, protocol = '', from = '', to = ''] = flow.exec(text) ?? [];
  if (protocol === '') return undefined;
  const original = `${protocol.toLowerCase()} .*${fields(from, to)}`;
  if (killed.has(failed)) return { kind: 'must-stay', pattern: original };
  const backend = reply.exec(text)?.[1];
  if (!stale.has(failed) || backend === undefined) return undefined;
  return { kind: 'must-go', pattern: `${original} .*src=${addressOf(backend)} dst=[^ ]+ sport=${portOf(backend)} ` };
}

function fields(from: string, to: string): string {
  const source = from === '*' ? 'src=[^ ]+' : `src=${addressOf(from)}`;
  const port = from === '*' ? 'sport=[^ ]+' : `sport=${portOf(from)}`;
  return `${source} dst=${addressOf(to)} ${port} dport=${portOf(to)}`;
}

const addressOf = (text: string): string => text.slice(0, text.lastIndexOf(':')).replace(/^\[|\]$/g, '');
const portOf = (text: string): string => text.slice(text.lastIndexOf(':') + 1);
