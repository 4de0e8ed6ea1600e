/** The stage of every race spec: a client and a server on two nodes, their programs, the policy, and the agent of the owner's node. */
import type { ClusterNode, IpFamily, PodRef } from '../../../harness/cluster/cluster.ts';
import { NpaAgent } from '../evidence/npa-agent.ts';
import { clockAheadMs } from '../evidence/node-clock.ts';
import type { NpaLogFollower } from '../evidence/npa-log-follower.ts';
import { RaceDriver } from '../evidence/race-driver.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { ballastLines, racePod, raceService, type RaceOwner, type RacePod, tcpPort, udpPorts } from './race-objects.ts';
import { networkPolicy, policyEndpoint } from './race-policy.ts';

const podReadyMs = 90_000;

export interface RaceEnd {
  readonly name: string;
  readonly node: ClusterNode;
  readonly ip: string;
  readonly hostIp: string;
  readonly ref: PodRef;
  readonly driver: RaceDriver;
}

export interface RaceStage {
  readonly namespace: string;
  readonly family: IpFamily;
  readonly owner: RaceOwner;
  readonly client: RaceEnd;
  readonly server: RaceEnd;
  /** Address that the client connects to: the server's, or the Service's. */
  readonly address: string;
  /** Address under which the owner's agent knows the server. */
  readonly addressAtOwner: string;
  readonly ownerEnd: RaceEnd;
  readonly agent: NpaAgent;
  readonly log: NpaLogFollower;
  /** Milliseconds by which the clocks of the client's node and of the agent's are ahead of ours. */
  readonly clocks: { readonly client: number; readonly agent: number };
  /** The agent's cleanup period: `--cleanup-period`, else what its own flags say. */
  readonly periodMs: number;
  /** As its flags name it. */
  readonly logLevel: string | undefined;
  /** Entries that its map holds. */
  readonly mapSize: number;
}

export interface StageOptions {
  readonly owner: RaceOwner;
  readonly throughService?: boolean;
  /** How many cleanup periods the spec waits for at worst. */
  readonly periods?: number;
}

/** Deadlines of specs are written for the period with which the suite installs its agents. */
const usualPeriodMs = 10_000;
const usualPeriods = 6;

/** Everything is undone by the spec's clean-up. The policy is not applied yet: see enforcePolicy. */
export async function openRaceStage(t: SpecContext, options: StageOptions): Promise<RaceStage> {
  const { cluster } = t.env;
  const [clientNode, serverNode] = await cluster.workers();
  if (clientNode === undefined || serverNode === undefined) throw new Error('a race needs two worker nodes');
  const namespace = await cluster.createNamespace(t.slug, { podSecurity: 'privileged', signal: t.signal });
  t.defer(`remove namespace ${namespace.name}`, (signal) => namespace.remove(signal));
  const family = cluster.primaryFamily;
  // Different stems: the agent takes pods whose names differ after the last dash only for one workload and shares their rules.
  const names = { client: `caller-${t.slug}`, server: `answerer-${t.slug}` };
  const ports = `${udpPorts.first}-${udpPorts.first + udpPorts.count - 1}`;
  const [client, server] = await Promise.all([
    openEnd(t, namespace.name, names.client, clientNode, ['race-client']),
    openEnd(t, namespace.name, names.server, serverNode, ['race-server', String(tcpPort), ports]),
  ]);
  const address = options.throughService === true ? await openService(t, namespace.name, server.name) : server.ip;
  const ownerEnd = options.owner === 'client' ? client : server;
  const agent = new NpaAgent(cluster.api, ownerEnd.node, t.env.options);
  const { settings } = await agent.pod(t.signal);
  const given = t.env.options.cleanupPeriod;
  const periodMs = typeof given === 'number' ? given : settings.cleanupPeriodMs;
  if (periodMs > usualPeriodMs)
    t.moreTime(
      (periodMs - usualPeriodMs) * (options.periods ?? usualPeriods),
      `the agent cleans every ${periodMs / 1000} s`,
    );
  const log = await agent.followLog(t.signal, ballastLines);
  t.defer('stop following the log of the agent', () => log.stop());
  const clocks = {
    client: await clockAheadMs(cluster, client.node, t.signal),
    agent: await clockAheadMs(cluster, ownerEnd.node, t.signal),
  };
  const addressAtOwner = options.owner === 'client' ? address : server.ip;
  return {
    namespace: namespace.name,
    family,
    owner: options.owner,
    client,
    server,
    address,
    addressAtOwner,
    ownerEnd,
    agent,
    log,
    clocks,
    periodMs,
    mapSize: settings.mapSize,
    logLevel: settings.logLevel,
  };
}

/** Deletes the client's pod and waits until it is gone. */
export async function removeClient(t: SpecContext, { namespace, client }: RaceStage): Promise<void> {
  await client.driver.stop();
  const target = { apiVersion: 'v1', kind: 'Pod', name: client.name, namespace };
  // With no grace at all the object is gone before its sandbox is, and the CNI plugin hears of it later.
  await t.env.cluster.api.delete(target, { graceSeconds: 1, timeoutMs: podReadyMs, signal: t.signal });
}

/** The client again under its old name, on its old node; everything else of the stage stays. */
export async function reopenClient(t: SpecContext, stage: RaceStage): Promise<RaceStage> {
  const { namespace, client } = stage;
  await removeClient(t, stage);
  const again = await openEnd(t, namespace, client.name, client.node, ['race-client']);
  return { ...stage, client: again, ownerEnd: stage.owner === 'client' ? again : stage.ownerEnd };
}

/** A pod of nobody's policy on the owner's node, whose packets reach the owner by that node alone. */
export function openStranger(t: SpecContext, stage: RaceStage): Promise<RaceEnd> {
  return openEnd(t, stage.namespace, `stranger-${t.slug}`, stage.ownerEnd.node, ['race-client']);
}

async function openEnd(
  t: SpecContext,
  namespace: string,
  name: string,
  node: ClusterNode,
  program: readonly string[],
): Promise<RaceEnd> {
  const { api, primaryFamily } = t.env.cluster;
  const ref = { namespace, name };
  await api.apply(racePod({ ...ref, node: node.name, image: t.env.fixturesImage }), t.signal);
  const status = await api.waitFor<RacePod, NonNullable<RacePod['status']>>(
    { apiVersion: 'v1', kind: 'Pod', namespace, name },
    ([pod]) => (pod?.status?.containerStatuses?.[0]?.ready === true ? pod.status : undefined),
    { timeoutMs: t.wait(podReadyMs), signal: t.signal, what: `pod ${name} is ready on ${node.name}` },
  );
  const ip = status.podIPs
    ?.map((entry) => entry.ip)
    .find((entry) => entry.includes(':') === (primaryFamily === 'ipv6'));
  const hostIp = node.addresses[primaryFamily];
  if (ip === undefined || hostIp === undefined)
    throw new Error(`pod ${name} or node ${node.name} has no ${primaryFamily} address`);
  const driver = await RaceDriver.start(api, ref, program, t.signal, (errors) => {
    const counts = Object.entries(errors).map(([call, count]) => `${call} (${count} times)`);
    t.evidence.record({ kind: 'socket-errors', lane: name, summary: counts.join(', '), data: { ...errors } });
  });
  t.defer(`stop ${program[0] ?? 'the program'} in ${name}`, () => driver.stop());
  return { name, node, ip, hostIp, ref, driver };
}

async function openService(t: SpecContext, namespace: string, server: string): Promise<string> {
  const { api, primaryFamily } = t.env.cluster;
  const service = raceService(server, namespace, primaryFamily);
  const made = (await api.apply(service, t.signal)) as typeof service & {
    readonly spec: { readonly clusterIP?: string };
  };
  const address = made.spec.clusterIP;
  if (address === undefined) throw new Error(`Service ${server} got no address`);
  return address;
}

/** Isolates the owner. Returns when the API server has it; that it is enforced is a premise of its own. */
export async function applyRacePolicy(t: SpecContext, stage: RaceStage): Promise<void> {
  await t.env.cluster.api.apply(policyOf(t, stage), t.signal);
}

/** For a pod that is going away where a controller would isolate the next one of its name at once. */
export async function removeRacePolicy(t: SpecContext, stage: RaceStage): Promise<void> {
  const { apiVersion, kind, metadata } = policyOf(t, stage);
  const target = { apiVersion, kind, name: metadata.name, namespace: stage.namespace };
  await t.env.cluster.api.delete(target, { timeoutMs: podReadyMs, signal: t.signal });
}

export function policyByController(t: SpecContext): boolean {
  return t.env.options.npaControllerImage !== undefined;
}

function policyOf(t: SpecContext, { namespace, ownerEnd, owner }: RaceStage) {
  const direction = owner === 'client' ? ('Ingress' as const) : ('Egress' as const);
  const target = { namespace, pod: ownerEnd.name, podIp: ownerEnd.ip, hostIp: ownerEnd.hostIp, direction };
  return policyByController(t) ? networkPolicy(target) : policyEndpoint(target);
}
