/**
 * The idle load balancer: for every profile a router namespace between clients and server, all at once.
 * TCP stays end to end (but for proxy-fin), so keepalives, sequence numbers and resets are those of the real ends.
 */
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import type { LineStream } from '../../../harness/cluster/line-process.ts';
import { InfrastructureError } from '../../../harness/run/verdict-errors.ts';
import { startCapture, type SideCapture } from './idle-load-balancer-capture.ts';
import { inNetns, ipBatch, openNetns, runInNetns, runTool, type Ground } from './idle-load-balancer-netns.ts';
import {
  balancerRules,
  closeGate,
  haproxyConfig,
  injectedMark,
  openGate,
  refuseAtGate,
  routerSysctls,
  table,
} from '../faults/idle-load-balancer-rules.ts';
import type { ServerSide } from './idle-load-balancer-server.ts';
import {
  clientCommands,
  routerLanCommands,
  segmentOf,
  topology,
  type Addresses,
  type Topology,
} from './idle-load-balancer-topology.ts';
import type { FaultProfile } from '../profiles/profile.ts';

export interface BedOptions extends Ground {
  /** Unique on the machine. */
  readonly slug: string;
  readonly profiles: readonly FaultProfile[];
  readonly clients: readonly string[];
  readonly idleSeconds: number;
  readonly server: ServerSide;
  /** TCP port that a proxy serves; packet balancers pass every port. */
  readonly port: number;
  /** Path of the program flow-reset.py. */
  readonly resetProgram: string;
  /** Captures and configurations go here. */
  readonly folder: string;
}

export interface Lane {
  readonly profile: FaultProfile;
  readonly netns: string;
  /** Where a client connects to get through this balancer. */
  readonly target: Addresses;
  /** The server's address as the server side sees it. */
  readonly server: Addresses;
  readonly captures: readonly SideCapture[];
}

export interface Bed {
  readonly lanes: readonly Lane[];
  client(name: string): { readonly netns: string; readonly addresses: Addresses };
  lane(profile: string): Lane;
  /** Makes a commanded fault happen; returns the wall clock (ms) when it was in force. */
  fire(profile: string): Promise<number>;
  /** Ends a fault of scope `all`. */
  lift(profile: string): Promise<number>;
  /** Packets that rules of this lane dropped, refused or gated so far. */
  counters(profile: string): Promise<Readonly<Record<'refused' | 'dropped' | 'gated', number>>>;
  /** Stops the captures. Throws InfrastructureError when a part of the bed died before its time or a capture missed packets. */
  finish(): Promise<void>;
}

/** Opens the bed. Throws InfrastructureError when a part does not start; what was made by then is registered for undo. */
export async function openBed(options: BedOptions): Promise<Bed> {
  const segment = segmentOf(options.slug, segmentsTaken);
  segmentsTaken.add(segment);
  options.undo(`segment ${segment} of the test beds`, () => Promise.resolve(segmentsTaken.delete(segment)));
  const bed = topology(options.slug, segment);
  const { signal, server, clients, profiles } = options;
  await openNetns(options, bed.lan);
  await ipBatch(bed.lan, ['link add lan type bridge', 'link set lan up'], signal);
  await server.open(options);
  const parts = new Map<string, LineStream>();
  const lanes = await Promise.all(profiles.map((profile, index) => openLane(bed, profile, index, options, parts)));
  await Promise.all(clients.map((_, index) => openClient(bed, index, lanes, options)));
  const lane = (name: string): Lane => {
    const found = lanes.find(({ profile }) => profile.name === name);
    if (found === undefined) throw new Error(`this bed has no balancer ${name}`);
    return found;
  };
  return {
    lanes,
    lane,
    client: (name) => {
      const index = clients.indexOf(name);
      if (index < 0) throw new Error(`this bed has no client ${name}`);
      return bed.client(index);
    },
    fire: (name) => fire(lane(name), parts.get(name)),
    lift: async (name) => {
      await runTool(inNetns(lane(name).netns, ['nft', '-f', '-']), { stdin: openGate });
      return wall();
    },
    counters: (name) => counters(lane(name)),
    finish: async () => {
      const dead = [...parts.values()].filter((part) => hasEnded.has(part));
      await Promise.all(lanes.flatMap(({ captures }) => captures.map((capture) => capture.stop())));
      const first = dead[0];
      if (first !== undefined)
        throw new InfrastructureError(
          `a balancer died during the run: ${first.stderrTail().trim().split('\n').at(-1) ?? 'no output'}`,
        );
    },
  };
}

/** Of the beds that stand now. */
const segmentsTaken = new Set<number>();

const wall = (): number => performance.timeOrigin + performance.now();
const hasEnded = new WeakSet<LineStream>();

async function openClient(bed: Topology, index: number, lanes: readonly Lane[], options: BedOptions): Promise<void> {
  const { netns } = bed.client(index);
  const routes = lanes
    .filter(({ profile }) => profile.model === 'packet')
    .map((lane) => ({ to: lane.target, via: bed.router(lanes.indexOf(lane)).lan }));
  const commands = clientCommands(bed, index, routes);
  await openNetns(options, netns);
  await ipBatch(bed.lan, commands.lan, options.signal);
  await ipBatch(netns, commands.own, options.signal);
}

async function openLane(
  bed: Topology,
  profile: FaultProfile,
  index: number,
  options: BedOptions,
  parts: Map<string, LineStream>,
): Promise<Lane> {
  const { signal, server, folder } = options;
  const router = bed.router(index);
  const { netns } = router;
  const idle = profile.trigger === 'idle' ? options.idleSeconds : undefined;
  await openNetns(options, netns);
  const sysctls = routerSysctls(idle).map(([key, value]) => `${key}=${value}`);
  await runTool(inNetns(netns, ['nft', '-f', '-']), { stdin: balancerRules(profile), signal });
  await runTool(inNetns(netns, ['sysctl', '-q', '-w', ...sysctls]), { signal });
  await server.attach(bed, index, options);
  const commands = routerLanCommands(bed, index);
  await ipBatch(bed.lan, commands.lan, signal);
  await ipBatch(netns, commands.own, signal);
  const captures = await Promise.all(
    (['client', 'server'] as const).map(async (side) => {
      const path = join(folder, `${profile.name}-${side}.pcap`);
      return startCapture(options, { netns, device: side === 'client' ? 'lan0' : 'wan0', side, path });
    }),
  );
  const lane = { profile, netns, server: router.server, captures };
  const start = async (argv: readonly string[], name: string): Promise<LineStream> => {
    const part = await runInNetns(options, netns, argv, { name });
    void part.exited.then(() => hasEnded.add(part));
    parts.set(profile.name, part);
    return part;
  };
  if (profile.model === 'proxy') {
    const path = join(folder, `${profile.name}.haproxy.cfg`);
    const listeners = [
      { bind: `${router.lan.ipv4}:${options.port}`, server: `${router.server.ipv4}:${options.port}` },
      { bind: `[${router.lan.ipv6}]:${options.port}`, server: `[${router.server.ipv6}]:${options.port}` },
    ];
    await writeFile(path, haproxyConfig({ idleSeconds: options.idleSeconds, listeners }));
    await start(['haproxy', '-db', '-f', path], `haproxy of ${profile.name}`);
    return { ...lane, target: router.lan };
  }
  if (profile.onExpiry === 'reset-both') {
    const argv = ['python3', options.resetProgram, '--interface', 'wan0', '--mark', String(injectedMark)];
    const part = await start(
      [...argv, '--idle', String(idle ?? 0), '--lag', String(profile.lagSeconds)],
      `balancer ${profile.name}`,
    );
    await part.waitFor((line) => line.includes('"ready"'), { timeoutMs: 15_000, signal, what: 'the balancer listens' });
  }
  return { ...lane, target: router.server };
}

async function fire(lane: Lane, resetter: LineStream | undefined): Promise<number> {
  const { profile, netns } = lane;
  if (profile.trigger !== 'command') throw new Error(`${profile.name} happens by itself; there is nothing to fire`);
  if (profile.scope === 'all') {
    const stdin = profile.onExpiry === 'reset-both' ? refuseAtGate : closeGate;
    await runTool(inNetns(netns, ['nft', '-f', '-']), { stdin });
    if (profile.onExpiry === 'nothing') return wall();
  }
  await runTool(inNetns(netns, ['conntrack', '-F', 'conntrack']));
  const at = wall();
  if (resetter !== undefined) {
    resetter.write('{"op": "reset"}');
    await resetter.waitFor((line) => line.includes('"done"'), {
      timeoutMs: 10_000,
      what: 'the balancer has reset its connections',
    });
  }
  return at;
}

async function counters(lane: Lane): Promise<Readonly<Record<'refused' | 'dropped' | 'gated', number>>> {
  const text = await runTool(inNetns(lane.netns, ['nft', '-j', 'list', 'counters', 'table', 'inet', table]));
  const parsed = JSON.parse(text) as {
    readonly nftables: readonly { readonly counter?: { readonly name: string; readonly packets: number } }[];
  };
  const read = (name: string): number =>
    parsed.nftables.find(({ counter }) => counter?.name === name)?.counter?.packets ?? 0;
  return { refused: read('refused'), dropped: read('dropped'), gated: read('gated') };
}
