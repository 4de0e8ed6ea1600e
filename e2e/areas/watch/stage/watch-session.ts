/**
 * Specs of the area that run at the same time share one test bed: the first opens a session and waits a moment for the
 * others, so that an idle timeout of 45 s costs a run 45 s once, and each client is one process for all balancers.
 */
import type { LaneOutcome, Member } from '../evidence/watch-lane-outcome.ts';
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { defaultIdleSeconds, privateFaults, serverFaults, type FaultProfile } from '../profiles/profile.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { InfrastructureError } from '../../../harness/run/verdict-errors.ts';
import type { ClientLiteral } from '../subjects/client-literal.ts';
import type { Path } from '../evidence/watch-path.ts';

export interface ProfileRequest {
  readonly profile: FaultProfile;
  readonly speaks: ClientLiteral['speaks'];
  /** Idle timeout, seconds; the run's (45) when it is not given. */
  readonly idleSeconds?: number;
  /** `private`: from a pod by the Service's address; default through a balancer. */
  readonly path?: Path;
}

/**
 * Held by specs that run every client of the API: shared by those that share a session, exclusive on the private path, where
 * each spec has clients of its own: sixty runtimes at once would make the machine the fault. The expiry of a version, which is
 * minutes of waiting, goes on beside both.
 */
export const WATCH_CLIENTS = { name: 'machine/watch-clients', shared: true } as const;

/** How long the first spec waits for others that start with it, ms. */
const gatherMs = 1500;

class Session {
  readonly members: Member[] = [];
  readonly #left = new AbortController();
  readonly outcome: Promise<ReadonlyMap<string, LaneOutcome>>;
  open = true;

  readonly speaks: ClientLiteral['speaks'];
  readonly idleSeconds: number;
  readonly path: Path;

  constructor(speaks: ClientLiteral['speaks'], idleSeconds: number, path: Path) {
    this.speaks = speaks;
    this.idleSeconds = idleSeconds;
    this.path = path;
    // Every command and wait of every lane listens to it.
    setMaxListeners(0, this.#left.signal);
    this.outcome = this.#run();
    this.outcome.catch(() => undefined);
  }

  join(member: Member): void {
    this.members.push(member);
    member.t.signal.addEventListener('abort', () => {
      // The session serves those who are left; it ends early only when nobody is.
      if (this.members.every(({ t }) => t.signal.aborted)) this.#left.abort(member.t.signal.reason);
    });
  }

  async #run(): Promise<ReadonlyMap<string, LaneOutcome>> {
    await delay(gatherMs, undefined, { signal: this.#left.signal }).finally(() => (this.open = false));
    const { runMatrix } = await import('./watch-matrix.ts');
    return runMatrix({
      members: this.members,
      speaks: this.speaks,
      idleSeconds: this.idleSeconds,
      path: this.path,
      signal: this.#left.signal,
    });
  }
}

const sessions = new Set<Session>();

/** Runs the chosen clients through one balancer, together with the specs that ask at the same time. */
export async function observeLane(t: SpecContext, request: ProfileRequest): Promise<LaneOutcome> {
  const idleSeconds = request.idleSeconds ?? idleSecondsOf(t);
  let session = [...sessions].find(
    (one) =>
      one.open &&
      one.speaks === request.speaks &&
      !standsAlone(request.profile) &&
      one.members.every(({ profile }) => !standsAlone(profile)) &&
      one.idleSeconds === idleSeconds &&
      !one.members.some(({ profile }) => profile.name === request.profile.name),
  );
  if (session === undefined) {
    session = new Session(request.speaks, idleSeconds, request.path ?? 'public');
    sessions.add(session);
  }
  const mine = session;
  mine.join({ t, profile: request.profile });
  t.defer('test bed of the idle load balancers', () =>
    mine.outcome.catch(() => undefined).finally(() => sessions.delete(mine)),
  );
  // The body ends with its signal; what the session has to take back is waited for in the clean-up.
  const outcomes = await Promise.race([mine.outcome, aborted(t.signal)]);
  const outcome = outcomes.get(request.profile.name);
  if (outcome === undefined) throw new InfrastructureError(`the session gave no outcome for ${request.profile.name}`);
  return outcome;
}

/** A server that goes away or forgets is everybody's fault, and a private path has pods of its own: one lane a session. */
const standsAlone = ({ name }: FaultProfile): boolean =>
  [...serverFaults, ...privateFaults].some((profile) => profile.name === name);

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

function idleSecondsOf(t: SpecContext): number {
  const option = t.env.options.watchIdleTimeout;
  return typeof option === 'number' ? option / 1000 : defaultIdleSeconds;
}
