/** Loss windows and per-server spans of one flow, computed from numbered datagrams. Pure. */
import type { FlowRecord, Reply } from './datagram-record.ts';

export interface LossWindow {
  /** Sequence numbers of the first and the last datagram that nobody answered. */
  readonly firstLost: number;
  readonly lastLost: number;
  readonly lost: number;
  /** Last reply before the window; absent when nothing was ever answered before. */
  readonly before?: Reply;
  /** First reply after it; absent when the flow never recovered. */
  readonly after?: Reply;
  /** From the last reply (or the first lost datagram) to the first reply after it, or to the end of the record. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly durationMs: number;
}

export interface ServerSpan {
  readonly server: string;
  readonly replies: number;
  readonly first: Reply;
  readonly last: Reply;
}

/** A datagram counts as lost only when it had this long to be answered before the record ended. */
const SETTLE_MS = 500;

/** Windows of consecutive unanswered datagrams, in order. `sinceMs` and `untilMs` bound the send times looked at. */
export function lossWindows(
  flow: FlowRecord,
  bounds: { readonly sinceMs?: number; readonly untilMs?: number } = {},
): readonly LossWindow[] {
  const answered = new Map<number, Reply>();
  for (const reply of flow.replies) if (!answered.has(reply.sequence)) answered.set(reply.sequence, reply);
  const endMs = Math.max(flow.sent.at(-1)?.at ?? 0, ...flow.replies.slice(-1).map((reply) => reply.at));
  const since = bounds.sinceMs ?? -Infinity;
  const until = Math.min(bounds.untilMs ?? Infinity, endMs - SETTLE_MS);

  const windows: LossWindow[] = [];
  let open: { first: number; last: number; lost: number; at: number; before: Reply | undefined } | undefined;
  let before: Reply | undefined;
  const close = (after: Reply | undefined): void => {
    if (open === undefined) return;
    const fromMs = open.before?.at ?? open.at;
    const toMs = after?.at ?? endMs;
    windows.push({
      firstLost: open.first,
      lastLost: open.last,
      lost: open.lost,
      ...(open.before === undefined ? {} : { before: open.before }),
      ...(after === undefined ? {} : { after }),
      fromMs,
      toMs,
      durationMs: toMs - fromMs,
    });
    open = undefined;
  };
  for (const { sequence, at } of flow.sent) {
    const reply = answered.get(sequence);
    if (reply !== undefined) {
      close(reply);
      before = reply;
    } else if (at >= since && at <= until) {
      open ??= { first: sequence, last: sequence, lost: 0, at, before };
      open.last = sequence;
      open.lost += 1;
    }
  }
  close(undefined);
  return windows;
}

/** Who answered, in order of first reply. */
export function serverSpans(flow: FlowRecord): readonly ServerSpan[] {
  const spans = new Map<string, { server: string; replies: number; first: Reply; last: Reply }>();
  for (const reply of flow.replies) {
    const span = spans.get(reply.server);
    if (span === undefined) spans.set(reply.server, { server: reply.server, replies: 1, first: reply, last: reply });
    else {
      span.replies += 1;
      span.last = reply;
    }
  }
  return [...spans.values()];
}

/** The gap between the last reply of one server and the first of another: what a client of a cycled server notices. */
export function handoverMs(flow: FlowRecord, from: string, to: string): number | undefined {
  const spans = serverSpans(flow);
  const last = spans.find((span) => span.server === from)?.last;
  const first = flow.replies.find((reply) => reply.server === to && reply.at >= (last?.at ?? 0));
  return last === undefined || first === undefined ? undefined : first.at - last.at;
}

export function totalLost(windows: readonly LossWindow[]): number {
  return windows.reduce((sum, window) => sum + window.lost, 0);
}
