/** What the clients of a session talk to: the timer-server in a namespace of ours, or the API server of a kind cluster. */
import { groupOf, type Group, type Path } from '../evidence/watch-path.ts';
import { join } from 'node:path';
import { readFile, writeFile } from 'node:fs/promises';
import type { Cluster, IpFamily } from '../../../harness/cluster/cluster.ts';
import type { Lane } from './idle-load-balancer.ts';
import { kindNodeServer, netnsServer, type ServerSide } from './idle-load-balancer-server.ts';
import { inNetns, runInNetns, runTool, type Ground } from './idle-load-balancer-netns.ts';
import type { FaultProfile } from '../profiles/profile.ts';
import { InfrastructureError } from '../../../harness/run/verdict-errors.ts';
import { typescript } from '../subjects/client-subject.ts';
import type { ClientTarget } from './client-launch.ts';
import type { MadeUpdate } from '../evidence/watch-client-line.ts';
import { versionExpiry, type VersionExpiry } from '../faults/watch-version-expiry.ts';

export interface Backend {
  readonly serverSide: ServerSide;
  readonly family: IpFamily;
  port(profile: FaultProfile): number;
  /** A command where the server's sockets are; returns stdout. */
  run(argv: readonly string[]): Promise<string>;
  /** Addresses are translated on the way, so the ends do not know each other by the same names. */
  readonly translated: boolean;
  /** After the bed is open: servers, objects, credentials. */
  start(ground: Ground): Promise<void>;
  target(lane: Lane, cell: string, folder: string): Promise<ClientTarget>;
  /** Makes update number n; undefined when the server speaks by itself. Throws InfrastructureError when the server refuses. */
  readonly update?: (group: Group, n: number, signal: AbortSignal) => Promise<MadeUpdate>;
  /** Ends the server, which comes back by itself. Returns the wall clock (ms). */
  readonly restart?: () => Promise<number>;
  /** Lets the version expire that clients hold. */
  readonly expiry?: () => VersionExpiry;
}

const wall = (): number => performance.timeOrigin + performance.now();

/** timer-server: on 8600 the first line comes after the idle timeout, on 8005 every 5 s for faults that do not wait. */
export function timerBackend(slug: string, family: IpFamily, idleSeconds: number): Backend {
  const serverSide = netnsServer(slug);
  const port = (profile: FaultProfile): number => (groupOf(profile) === 'now' ? 8005 : 8600);
  return {
    serverSide,
    family,
    port,
    translated: false,
    run: (argv) => runTool(inNetns(serverSide.netns ?? '', argv)),
    start: async (ground) => {
      const server = await runInNetns(ground, serverSide.netns ?? '', typescript('timer-server'), {
        name: 'timer-server',
        env: { TIMERS: `8005=5s 8600=${idleSeconds + 3}s,5s` },
      });
      await server.waitFor((line) => line.includes('"listening"') && line.includes('8600'), {
        timeoutMs: 20_000,
        signal: ground.signal,
        what: 'the timer-server listens',
      });
    },
    target: (lane, cell) => Promise.resolve({ cell, host: lane.target[family], port: port(lane.profile) }),
  };
}

/** The API server of the cluster's control plane: by an address of its own behind every balancer, or by its Service. */
export async function apiBackend(cluster: Cluster, slug: string, path: Path): Promise<Backend> {
  const port = path === 'public' ? 6443 : 443;
  const node = (await cluster.nodes()).find(({ controlPlane }) => controlPlane);
  if (node === undefined)
    throw new InfrastructureError(`cluster ${cluster.name} has no control plane node to put a balancer before`);
  const family = cluster.primaryFamily;
  const namespaces: Partial<Record<Group, string>> = {};
  const namespace = (group: Group): string => namespaces[group] ?? '';
  const trigger = (group: Group) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: 'trigger',
    namespace: namespace(group),
  });
  return {
    serverSide: kindNodeServer(node),
    family,
    port: () => port,
    translated: path === 'private',
    run: (argv) => node.run(argv),
    start: async ({ undo, signal }) => {
      for (const group of ['idle', 'now'] as const) {
        const made = await cluster.createNamespace(`${slug}-${group}`, { signal });
        undo(`namespace ${made.name}`, () => made.remove(AbortSignal.timeout(30_000)));
        namespaces[group] = made.name;
        const { apiVersion, kind, name } = trigger(group);
        await cluster.api.apply(
          { apiVersion, kind, metadata: { name, namespace: made.name }, data: { n: '0' } },
          signal,
        );
      }
    },
    target: async (lane, cell, folder) => ({
      cell,
      host: lane.target[family],
      port,
      kubeconfig: await writeKubeconfig(
        cluster,
        { host: lane.target[family], port },
        join(folder, `${lane.profile.name}.kubeconfig`),
      ),
      namespace: namespace(groupOf(lane.profile)),
    }),
    expiry: () => versionExpiry(cluster, namespace('now')),
    restart: async () => {
      await node.run(['pkill', '-TERM', '-x', 'kube-apiserver']);
      return wall();
    },
    update: async (group, n, signal) => {
      const tried = wall();
      try {
        await cluster.api.patch(trigger(group), { data: { n: String(n) } });
      } catch (error) {
        if (signal.aborted) throw error;
        throw new InfrastructureError(
          `update ${n} of ConfigMap ${namespace(group)}/trigger: expected the API server to take it, observed ${(error as Error).message} after ${Math.round(wall() - tried)} ms`,
          { cause: error },
        );
      }
      return { n, at: wall() };
    },
  };
}

/** The run's credentials with the balancer's address, as JSON (which is YAML too). The certificate knows nothing of that address, so it is not checked. */
async function writeKubeconfig(
  cluster: Cluster,
  { host, port }: { readonly host: string; readonly port: number },
  path: string,
): Promise<string> {
  const { load } = await import('js-yaml');
  const config = load(await readFile(cluster.kubeconfigPath, 'utf8')) as {
    clusters: { cluster: Record<string, unknown> }[];
  };
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  for (const entry of config.clusters) entry.cluster = { server, 'insecure-skip-tls-verify': true };
  await writeFile(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}
