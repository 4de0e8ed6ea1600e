/** One run of clients × profiles: opens the bed, starts every client once, lets the faults happen, and has each cell read from the captures. */
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inNetns, runTool, type Ground } from './idle-load-balancer-netns.ts';
import { openBed, type Bed, type Lane } from './idle-load-balancer.ts';
import { InfrastructureError, SkipError } from '../../../harness/run/verdict-errors.ts';
import type { ClientLiteral } from '../subjects/client-literal.ts';
import { type ClientTarget, launchClient } from './client-launch.ts';
import { isClient, type ClientSubject } from '../subjects/client-subject.ts';
import { openPrivatePath } from './private-path.ts';
import { apiBackend, timerBackend, type Backend } from './watch-backend.ts';
import { groupOf, type Path } from '../evidence/watch-path.ts';
import { parseClientLine, type ClientLine } from '../evidence/watch-client-line.ts';
import { onGround } from './watch-ground.ts';
import { cellsOfLane } from '../evidence/watch-lane.ts';
import { keepCaptures } from './kept-captures.ts';
import type { Running } from './running-client.ts';
import type { LaneOutcome, Member, UnavailableClient } from '../evidence/watch-lane-outcome.ts';
import { anyConnecting, openSockets } from './bed-sockets.ts';
import { letFaultsHappen } from '../faults/watch-timeline.ts';

export interface MatrixRun {
  readonly members: readonly Member[];
  readonly speaks: ClientLiteral['speaks'];
  readonly idleSeconds: number;
  readonly path: Path;
  readonly signal: AbortSignal;
}

const resetProgram = fileURLToPath(new URL('../../../../fixtures/watch-balancer/flow-reset.py', import.meta.url));

/** Outcome by profile name. Throws SkipError when no chosen client fits, InfrastructureError when the bed or the server broke. */
export async function runMatrix({
  members,
  speaks,
  idleSeconds,
  path,
  signal,
}: MatrixRun): Promise<ReadonlyMap<string, LaneOutcome>> {
  const [first] = members;
  if (first === undefined) throw new InfrastructureError('a session without members');
  const chosen = first.t.env
    .subjects('api-client')
    .filter(isClient)
    .filter(({ literal }) => literal.speaks === speaks);
  const named = first.t.env.options.subject ?? [];
  const clients = chosen.filter((client) => 'argv' in client.command());
  const unavailable = chosen.flatMap((client) => {
    const command = client.command();
    if ('argv' in command) return [];
    const excused = command.lacking && !named.includes(client.name);
    return [{ client: client.name, reason: command.unavailable, excused }];
  });
  if (clients.length === 0) throw nobody(speaks, unavailable);
  return onGround(first.t, signal, async (ground, folder) => {
    const { slug, env } = first.t;
    const backend =
      speaks === 'timer'
        ? timerBackend(slug, env.options.ipFamily === 'ipv6' ? 'ipv6' : 'ipv4', idleSeconds)
        : await apiBackend(env.cluster, slug, path);
    const profiles = members.map(({ profile }) => profile);
    const names = [...clients.map(({ name }) => name), pathProbe];
    const around = { slug, clients: names, idleSeconds, folder, ...ground };
    const [profile = first.profile] = profiles;
    const bed = await (path === 'private'
      ? openPrivatePath({ ...around, profile, cluster: env.cluster, image: env.fixturesImage })
      : openBed({
          ...around,
          profiles,
          server: backend.serverSide,
          port: speaks === 'timer' ? 8600 : 6443,
          resetProgram,
        }));
    await backend.start(ground);
    await provePathsOpen(bed, backend, signal);
    // Clients are started for many specs at once: no spec's t is at hand.
    // eslint-disable-next-line no-restricted-properties
    const limitMs = firstEventWithinMs * env.slowFactor;
    // Once for all of them: a client that starts at once would read a file that is being written for the next one.
    const targets = await Promise.all(bed.lanes.map((lane) => backend.target(lane, lane.profile.name, folder)));
    const launch = async (): Promise<readonly Running[]> => {
      const started = clients.map((client) => start(client, { bed, targets, folder, ground, idleSeconds }));
      const running = await Promise.all(started);
      await Promise.all(running.map((one) => allStarted(one, bed.lanes, limitMs, signal)));
      return running;
    };
    const running = await (speaks === 'api' ? inTurn(launch, signal) : launch());
    const times = await letFaultsHappen({
      bed,
      idleSeconds,
      signal,
      isBehind: (profile, n) => running.some((one) => isBehind(one, profile, n)),
      isConnecting: (lane) => anyConnecting(bed, lane, clients, backend.family),
      ...(backend.update === undefined ? {} : { update: backend.update }),
      ...(backend.restart === undefined ? {} : { restart: backend.restart }),
      ...(backend.expiry === undefined ? {} : { expiry: backend.expiry }),
    });
    const sockets = await openSockets(
      bed,
      backend,
      clients.map(({ name }) => name),
    );
    const deaths = new Map(running.map(({ client, process }) => [client.name, process.endedWith()]));
    await bed.finish();
    const outcomes = new Map<string, LaneOutcome>();
    for (const lane of bed.lanes) {
      const { profile, captures: files } = lane;
      const updates = times.updates[groupOf(profile)];
      const cells = await cellsOfLane({
        ...{ profile, path, idleSeconds, times, captures: files, port: backend.port(profile) },
        clients: running.map(({ client: { name, literal }, lines }) => ({
          ...{ name, lines, sockets: sockets(name, lane), death: deaths.get(name) },
          address: bed.client(name).addresses[backend.family],
          // The timer-server speaks by itself, and a list that comes now and then need not have seen each update.
          updates: literal.speaks === 'api' ? updates : [],
        })),
      });
      const captures = await keepCaptures(lane, members);
      outcomes.set(profile.name, {
        path,
        family: backend.family,
        cells,
        captures,
        unavailable,
        updates: speaks === 'api' ? updates : [],
        ...(times.proven === undefined ? {} : { proven: times.proven }),
      });
    }
    return outcomes;
  });
}

/** A client of its own, so that its connections are nobody's evidence. */
const pathProbe = 'path-probe';

/** Every path carries a connection before any fault: what comes later is then the fault's. Throws InfrastructureError within 20 s. */
async function provePathsOpen(bed: Bed, backend: Backend, signal: AbortSignal): Promise<void> {
  const { netns } = bed.client(pathProbe);
  const probe = async (lane: Lane): Promise<void> => {
    const target = `/dev/tcp/${lane.target[backend.family]}/${backend.port(lane.profile)}`;
    const command = ['timeout', '2', 'bash', '-c', `exec 3<>${target}`];
    for (let tries = 1; ; tries += 1) {
      try {
        await runTool(inNetns(netns, command), { signal });
        return;
      } catch (error) {
        if (signal.aborted) throw error;
        if (tries < 8) await delay(300, undefined, { signal });
        else
          throw new InfrastructureError(
            `path through ${lane.profile.name}: expected a TCP connection to ${target} before any fault, observed none in ${tries} tries of 2 s`,
            { cause: error },
          );
      }
    }
  };
  await Promise.all(bed.lanes.map(probe));
}

async function start(
  client: ClientSubject,
  context: {
    readonly bed: Bed;
    readonly targets: readonly ClientTarget[];
    readonly folder: string;
    readonly ground: Ground;
    readonly idleSeconds: number;
  },
): Promise<Running> {
  const { bed, targets, folder, ground, idleSeconds } = context;
  const more = client.literal.speaks === 'poll' ? { pollSeconds: idleSeconds + 3 } : {};
  const stream = await launchClient(ground, { client, targets, netns: bed.client(client.name).netns, folder, more });
  let ended: string | undefined;
  void stream.exited.then(
    ({ reason }) => (ended = `${reason}; ${stream.stderrTail().trim().split('\n').at(-1) ?? ''}`),
  );
  const lines: ClientLine[] = [];
  stream.onLine((text) => {
    const line = parseClientLine(text);
    if (line !== undefined) lines.push(line);
  });
  return { client, process: { stream, endedWith: () => ended }, lines };
}

/** On a calm machine; a busy one starts its virtual machines later. */
const firstEventWithinMs = 60_000;

let lastLaunch: Promise<unknown> = Promise.resolve();

/** Sessions launch their clients one after the other: sixteen runtimes that start at once are work for minutes, and as many again beside them. */
function inTurn<T>(launch: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const mine = lastLaunch.then(() => {
    signal.throwIfAborted();
    return launch();
  });
  lastLaunch = mine.catch(() => undefined);
  return mine;
}

/** A client that ended has nothing more to see; one that never began holds nobody up. */
function isBehind({ process, lines }: Running, profile: string, n: number): boolean {
  const numbers = lines.filter(({ type, cell }) => type === 'update' && cell === profile).map((line) => line.n ?? 0);
  return process.endedWith() === undefined && numbers.length > 0 && Math.max(...numbers) < n;
}

/** Waits until every cell has its first event: cells without one are inconclusive, not a reason to stop the rest. */
async function allStarted(one: Running, lanes: readonly Lane[], limitMs: number, signal: AbortSignal): Promise<void> {
  const missing = (): boolean => {
    const seen = new Set(one.lines.filter(({ type }) => type === 'update').map(({ cell }) => cell));
    return lanes.some(({ profile }) => !seen.has(profile.name));
  };
  for (const started = performance.now(); missing() && performance.now() - started < limitMs;)
    if (one.process.endedWith() !== undefined) return;
    else await delay(100, undefined, { signal });
}

/** Where no chosen client does what the spec is about, it does not apply; clients that were chosen and are absent are a failed set-up. */
export function nobody(speaks: ClientLiteral['speaks'], unavailable: readonly UnavailableClient[]): Error {
  const what = {
    timer: 'talks plain TCP to the timer-server',
    api: 'watches the API',
    poll: 'polls the API',
  }[speaks];
  if (unavailable.length === 0) return new SkipError(`no chosen client ${what}`);
  const told = unavailable.map(({ client, reason }) => `${client}: ${reason}`).join('; ');
  return new InfrastructureError(`no chosen client that ${what} can run here (${told})`);
}
