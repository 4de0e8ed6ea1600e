/** Whether the fault struck a cell, proven on the wire: the connection was lost (when, how), it was kept alive, or neither can be shown. Pure. */
import type { FaultProfile } from '../profiles/profile.ts';
import { longestSilence, type FlowHistory } from './watch-flow.ts';

export type FlowFate =
  | {
      readonly kind: 'lost';
      /** Wall clock (ms) of the loss. */
      readonly at: number;
      /** The client's end of the connection that was lost. */
      readonly connection: string;
      readonly reason: string;
      readonly resets: readonly { readonly towards: string; readonly exact: boolean; readonly at: number }[];
      readonly lostSegments: number;
    }
  | {
      readonly kind: 'kept';
      readonly reason: string;
      /** TCP keepalive probes of the client. */
      readonly keepalives: number;
      /** Packets of the client that ended a silence of 20 s or more: keepalives, HTTP/2 pings, what else kept the flow. */
      readonly refreshes: number;
      readonly longestSilenceMs: number;
    }
  | { readonly kind: 'unproven'; readonly reason: string };

export interface FateInput {
  readonly profile: FaultProfile;
  readonly path: 'public' | 'private';
  readonly idleSeconds: number;
  readonly flows: readonly FlowHistory[];
  readonly firedAt?: number;
  readonly until: number;
}

type Lost = Extract<FlowFate, { kind: 'lost' }>;

export function flowFate(input: FateInput): FlowFate {
  const { profile, flows, until, firedAt } = input;
  if (flows.length === 0) return { kind: 'unproven', reason: 'no connection of this client is in the captures' };
  if (profile.trigger === 'command' && firedAt === undefined)
    return { kind: 'unproven', reason: 'the fault was not fired' };
  const lost = flows
    .flatMap((flow) => lossOf(flow, input) ?? [])
    .sort((a, b) => a.at - b.at)
    .find((loss) => !isSpare(loss, flows, profile));
  if (lost !== undefined) return lost;
  if (profile.trigger === 'command')
    return { kind: 'unproven', reason: 'the fault was fired, but no capture shows that it struck a connection' };
  const open = flows.filter((flow) => flow.resets.length === 0 && flow.fins.length === 0);
  if (open.length === 0) {
    const ends = flows.map(({ resets, fins }) => `${resets.length} RST and ${fins.length} FIN of an end`).join(', ');
    return { kind: 'unproven', reason: `every connection ended without the balancer: ${ends}` };
  }
  const silence = Math.min(...open.map((flow) => longestSilence(flow, until)));
  const silent = profile.trigger === 'idle' && profile.model === 'packet' && silence > input.idleSeconds * 1000 + 500;
  const revived = input.path === 'private' && open.every((flow) => endedByClient(flow, until));
  if (silent && !revived)
    return {
      kind: 'unproven',
      reason: `silent for ${(silence / 1000).toFixed(1)} s, yet neither a reset nor a lost packet was captured`,
    };
  const keepalives = Math.max(...open.map((flow) => flow.keepalives.filter(({ from }) => from === 'client').length));
  const refreshes = Math.max(...open.map((flow) => refreshesOf(flow)));
  // A client that ends its watch itself now and then never lets a connection fall silent.
  const renewed = flows.length - open.length;
  const what =
    renewed === 0
      ? 'the connection lived on'
      : `the last of ${flows.length} connections, the others ended by an end, lived on`;
  const again = silent ? ', forgotten by the node and made anew by a packet of the client' : '';
  const reason = `${what}${again}: refreshed ${refreshes} times by the client (${keepalives} TCP keepalives), longest silence ${(silence / 1000).toFixed(1)} s`;
  return { kind: 'kept', reason, keepalives, refreshes, longestSilenceMs: silence };
}

/**
 * The longest silence was ended by the client, and the server answered. On a private path the node takes such a packet for the
 * first of a connection and translates it to the one server there is; a packet of the server would have been lost.
 */
function endedByClient({ segments }: FlowHistory, until: number): boolean {
  const gaps = segments.map(({ at }, index) => (segments[index + 1]?.at ?? until) - at);
  const first = gaps.indexOf(Math.max(...gaps)) + 1;
  return segments[first]?.towards === 'server' && segments.slice(first).some(({ towards }) => towards === 'client');
}

/**
 * A pool may hold a connection that nobody waits on any more, of a list before the watch: its loss is no loss of the watch. The
 * watch's is the one on which the client asked last. What never arrived is no ask: a pool says goodbye to a connection of its own.
 * Of a proxy's connections, which are others on each side, it is not known what arrived.
 */
function isSpare(
  { at, connection }: Lost,
  flows: readonly FlowHistory[],
  { model }: Pick<FateInput['profile'], 'model'>,
): boolean {
  const arrived = (flow: FlowHistory, sentAt: number): boolean =>
    model === 'proxy' || !flow.lost.some((lost) => lost.from === 'client' && lost.at === sentAt);
  const askedAt = (flow: FlowHistory | undefined): number =>
    flow?.segments
      .filter(({ towards, length, at: sentAt }) => towards === 'server' && length > 1 && sentAt < at)
      .filter((segment) => arrived(flow, segment.at))
      .at(-1)?.at ?? -Infinity;
  const own = askedAt(flows.find(({ clientEnd }) => clientEnd === connection));
  return flows.some((flow) => {
    const ended = [...flow.fins, ...flow.resets].some((end) => end.at < at);
    return flow.clientEnd !== connection && flow.openedAt < at && !ended && askedAt(flow) > own;
  });
}

function refreshesOf(flow: FlowHistory): number {
  return flow.segments.filter(({ at, towards }, index) => {
    const before = flow.segments[index - 1];
    return towards === 'server' && before !== undefined && at - before.at >= 20_000;
  }).length;
}

function lossOf(flow: FlowHistory, { profile, idleSeconds, firedAt, until }: FateInput): Lost | undefined {
  if (profile.onExpiry === 'server-ends') return serverEnd(flow, firedAt ?? 0, until);
  const closed = Math.min(...flow.fins.filter(({ injected }) => !injected).map(({ at }) => at), Infinity);
  if (profile.trigger === 'none') return undefined;
  if (profile.model === 'proxy') {
    const fin = flow.fins.find(({ towards, at }) => towards === 'client' && at <= until);
    // The proxy answers a client's own FIN with one: only a FIN that comes first is the fault.
    const clientFirst = flow.segments.find(({ flags, towards }) => flags.fin && towards === 'server');
    if (fin === undefined || (clientFirst !== undefined && clientFirst.at < fin.at)) return undefined;
    if (payloadSilence(flow, fin.at) < idleSeconds * 1000 - 500) return undefined;
    return {
      kind: 'lost',
      at: fin.at,
      connection: flow.clientEnd,
      reason: `the proxy sent a FIN after ${(payloadSilence(flow, fin.at) / 1000).toFixed(2)} s without payload`,
      resets: [],
      lostSegments: 0,
    };
  }
  const after = firedAt ?? flow.openedAt;
  const connection = flow.clientEnd;
  const resets = flow.resets.filter(({ injected, at }) => injected && at >= after - 50 && at < closed && at <= until);
  const missing = flow.lost.filter(({ at }) => at >= after - 50 && at < closed && at <= until);
  const towards = resets.map((reset) => `${reset.towards} (seq ${reset.exact ? 'exact' : 'not exact'})`).join(' and ');
  const first = Math.min(resets[0]?.at ?? Infinity, missing[0]?.at ?? Infinity);
  if (first === Infinity) return undefined;
  if (profile.trigger === 'command' && profile.onExpiry === 'nothing') {
    const reason = `${missing.length} packets entered the balancer and did not leave it`;
    return missing.length === 0
      ? undefined
      : { kind: 'lost', at: after, connection, reason, resets, lostSegments: missing.length };
  }
  const silence = first - lastBefore(flow, first);
  if (profile.trigger === 'idle' && silence < idleSeconds * 1000 - 100) return undefined;
  if (profile.onExpiry === 'reset-both') {
    if (resets.length === 0) return undefined;
    const reason = `RST to ${towards} ${profile.trigger === 'idle' ? `after ${(silence / 1000).toFixed(2)} s of silence` : 'at command'}`;
    return { kind: 'lost', at: resets[0]?.at ?? first, connection, reason, resets, lostSegments: missing.length };
  }
  const what = resets.length === 0 ? '' : `, RST to ${towards}`;
  const reason = `forgotten after ${idleSeconds} s of silence: ${missing.length} later packets did not pass${what}`;
  const at = first - silence + idleSeconds * 1000;
  return { kind: 'lost', at, connection, reason, resets, lostSegments: missing.length };
}

/** The server's own FIN or RST after the command; one that came before is an ordinary end. */
function serverEnd(flow: FlowHistory, firedAt: number, until: number): Lost | undefined {
  const during = <T extends { readonly at: number; readonly towards: string; readonly injected: boolean }>(
    ends: readonly T[],
  ) => ends.find(({ at, towards, injected }) => towards === 'client' && !injected && at >= firedAt - 50 && at <= until);
  const early = [...flow.fins, ...flow.resets].some(({ at }) => at < firedAt - 50);
  const [fin, reset] = [during(flow.fins), during(flow.resets)];
  const at = Math.min(fin?.at ?? Infinity, reset?.at ?? Infinity);
  if (early || at === Infinity) return undefined;
  const what = at === fin?.at ? 'FIN' : 'RST';
  return {
    kind: 'lost',
    at,
    connection: flow.clientEnd,
    reason: `the server sent a ${what} ${((at - firedAt) / 1000).toFixed(1)} s after the command`,
    resets: [],
    lostSegments: 0,
  };
}

const lastBefore = (flow: FlowHistory, at: number): number =>
  flow.segments.filter((segment) => segment.at < at - 0.5 && !segment.flags.rst).at(-1)?.at ?? flow.openedAt;

function payloadSilence(flow: FlowHistory, at: number): number {
  const payload = flow.segments.filter((segment) => segment.at < at - 0.5 && segment.length > 1).at(-1);
  return at - (payload?.at ?? flow.openedAt);
}
