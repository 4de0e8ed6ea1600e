/** One cell of the matrix, client × profile × path: what is known about it, and the judgement. Pure. */
import type { FaultProfile } from '../profiles/profile.ts';
import { flowFate, type FlowFate } from './watch-flow-fate.ts';
import type { FlowHistory } from './watch-flow.ts';
import type { OpenSockets } from './watch-sockets.ts';
import { countEvents, type ClientLine, type EventCounts, type MadeUpdate } from './watch-client-line.ts';

export interface CellObservation {
  readonly client: string;
  readonly profile: FaultProfile;
  readonly path: 'public' | 'private';
  readonly idleSeconds: number;
  /** Lines of this cell in the order they came. */
  readonly lines: readonly ClientLine[];
  /** All connections of this cell. */
  readonly flows: readonly FlowHistory[];
  /** Updates that the server acknowledged; empty when the server speaks by itself (timer-server). */
  readonly updates: readonly MadeUpdate[];
  /** Wall clock (ms) of a commanded fault, and of its end for scope `all`. */
  readonly firedAt?: number;
  readonly liftedAt?: number;
  /** Wall clock (ms) at which watching the cell ended. */
  readonly until: number;
  /** Established connections at that time. */
  readonly sockets?: OpenSockets;
}

/** How a cell was decided. */
export type CellOutcome =
  | 'kept'
  /** The connection died, the client connected anew or said so in time, and saw every update. */
  | 'recovered'
  /** A black hole was lifted before anybody noticed, and every update came in time. */
  | 'healed'
  | 'unnoticed'
  | 'noticed-late'
  /** It noticed, and never saw an event again. */
  | 'stopped'
  | 'updates-missed'
  | 'updates-late';

export interface CellResult {
  readonly client: string;
  readonly profile: string;
  readonly path: 'public' | 'private';
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
  /** Absent when the cell is inconclusive. */
  readonly outcome?: CellOutcome;
  /** One line: what was seen, with numbers. */
  readonly reason: string;
  readonly fate: FlowFate;
  /** Milliseconds from the loss to the client's word; undefined when it had nothing to notice or never did. */
  readonly detectionMs?: number;
  /** Set when the loss was not noticed in this many milliseconds. */
  readonly undetectedForMs?: number;
  /** Milliseconds from the loss to the first update seen after it. */
  readonly recoveryMs?: number;
  readonly events: EventCounts;
  readonly connections: number;
  readonly relists: number;
  /** Established at the end on either side: more than one is a leak, a server's without a client's is half-open. */
  readonly sockets?: OpenSockets;
  /** For the timeline, wall clock in ms: what the client saw (number of the update), and its TCP keepalives. */
  readonly deliveries: readonly (readonly [number, number])[];
  readonly keepalivesAt: readonly number[];
}

/** An event later than this counts as late: the deadline of the original apiserver-watcher. */
export const lateAfterMs = 10_000;

export function judgeCell(cell: CellObservation): CellResult {
  const fate = flowFate(cell);
  const lossAt = fate.kind === 'lost' ? fate.at : undefined;
  const events = countEvents(cell.lines, cell.updates, lateAfterMs);
  const noticed = lossAt === undefined ? undefined : noticeOf(cell, lossAt);
  const seenAfter = noticed && cell.lines.find((line) => line.type === 'update' && line.wall >= noticed.wall);
  const detectionMs = noticed === undefined || lossAt === undefined ? undefined : Math.max(0, noticed.wall - lossAt);
  const base = {
    client: cell.client,
    profile: cell.profile.name,
    path: cell.path,
    fate,
    events,
    connections: cell.flows.length,
    deliveries: cell.lines.flatMap(({ type, wall, n }) => (type === 'update' ? [[wall, n ?? 0] as const] : [])),
    keepalivesAt: cell.flows.flatMap(({ keepalives }) =>
      keepalives.flatMap(({ at, from }) => (from === 'client' ? [at] : [])),
    ),
    relists: Math.max(0, cell.lines.filter(({ type }) => type === 'list').length - 1),
    ...(cell.sockets === undefined ? {} : { sockets: cell.sockets }),
    ...(detectionMs === undefined ? {} : { detectionMs }),
    ...(lossAt === undefined || noticed !== undefined ? {} : { undetectedForMs: cell.until - lossAt }),
    ...(seenAfter === undefined || lossAt === undefined ? {} : { recoveryMs: seenAfter.wall - lossAt }),
  };
  const decide = (outcome: CellOutcome, reason: string): CellResult => {
    const passes = outcome === 'kept' || outcome === 'recovered' || outcome === 'healed';
    return { ...base, verdict: passes ? 'pass' : 'fail', outcome, reason };
  };
  const open = (reason: string): CellResult => ({ ...base, verdict: 'inconclusive', reason });
  if (!cell.lines.some(({ type }) => type === 'update')) return open('the client never got a first event');
  if (fate.kind === 'unproven') return open(fate.reason);
  if (fate.kind === 'kept') return judgeKept(cell, fate.reason, events, { decide, open });
  const limit = cell.profile.noticeWithinSeconds * 1000;
  if (detectionMs === undefined) {
    // A blackhole that is lifted gives the old connection back: nobody has to notice what TCP has healed, but late is late.
    if (cell.liftedAt !== undefined && events.never === 0 && cell.updates.length > 0 && events.late === 0)
      return decide('healed', `${fate.reason}; the connection went on after the fault`);
    return decide('unnoticed', `${fate.reason}; the client noticed nothing for ${seconds(cell.until - fate.at)}`);
  }
  const noticedText = `${fate.reason}; noticed after ${seconds(detectionMs)} (${describe(noticed)})`;
  if (detectionMs > limit) return decide('noticed-late', `${noticedText}, expected within ${seconds(limit)}`);
  if (seenAfter === undefined)
    return decide('stopped', `${noticedText}, and never saw an event again in ${seconds(cell.until - fate.at)}`);
  if (events.never > 0)
    return decide('updates-missed', `${noticedText}, and ${events.never} of ${events.made} updates were never seen`);
  return decide('recovered', `${noticedText}, next event ${seconds(seenAfter.wall - fate.at)} after the loss`);
}

interface Deciding {
  readonly decide: (outcome: CellOutcome, reason: string) => CellResult;
  readonly open: (reason: string) => CellResult;
}

function judgeKept(cell: CellObservation, reason: string, events: EventCounts, { decide, open }: Deciding): CellResult {
  if (events.never > 0)
    return decide('updates-missed', `${reason}, yet ${events.never} of ${events.made} updates were never seen`);
  if (events.late > 0)
    return decide('updates-late', `${reason}, yet ${events.late} of ${events.made} updates came over 10 s late`);
  // The timer-server's second line, a pool's second answer.
  if (cell.updates.length === 0 && cell.lines.filter(({ type }) => type === 'update').length < 2)
    return open(`${reason}, but the server's next line was never seen`);
  return decide('kept', reason);
}

/** The cell without a decision: what was observed stays, and the reason says what makes it worth nothing. */
export function undecidedCell(cell: CellResult, reason: string): CellResult {
  const open: { -readonly [Key in keyof CellResult]: CellResult[Key] } = { ...cell, verdict: 'inconclusive', reason };
  delete open.outcome;
  return open;
}

/** The first sign after a loss: a word of the client, or a new connection of it in the captures (some start again without a word). */
function noticeOf(cell: CellObservation, lossAt: number): ClientLine | undefined {
  const said = cell.lines.find((line) => isNotice(line) && line.wall >= lossAt - 5);
  const opened = cell.flows.map(({ openedAt }) => openedAt).filter((at) => at > lossAt);
  const first = Math.min(...opened);
  if (first === Infinity || (said !== undefined && said.wall <= first)) return said;
  return { type: 'connect', cell: cell.profile.name, wall: first };
}

/** What a client says when it knows: an error, an end, that it connects anew, or the answer to a new list (a pool retries in silence). */
const isNotice = ({ type, via }: ClientLine): boolean =>
  type === 'loss' || type === 'end' || type === 'connect' || (type === 'update' && via === 'list');

const describe = (line: ClientLine | undefined): string =>
  line === undefined
    ? ''
    : line.type === 'loss'
      ? `${line.code ?? ''} ${line.message ?? ''}`.trim().slice(0, 120)
      : line.type;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
