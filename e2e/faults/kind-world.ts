/** Schedules on a real kind cluster: a run of one UDP spec while nodes, servers and streams around it break. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { docker, nodeContainers } from '../harness/cluster/kind/docker.ts';
import { readJournals } from '../harness/run/journal-replay.ts';
import { DOCKER_RESTARTED, dockerRestart } from './docker-restart.ts';
import { clockStepEnv, processFaults } from './process-faults.ts';
import type { SmallDisk } from './small-disk.ts';
import type { Fault, World } from './world.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const spec = '^udp/clusterip-server-cycles$';
const table = 'staleproof_faults';

export async function kindWorld(disk: SmallDisk, options: { readonly restartDocker: boolean }): Promise<World> {
  // A name of its own: a run of another must neither take this cluster nor lend its own.
  const cluster = `staleproof-faults-${process.pid}`;
  const runArguments = (reports: string): readonly string[] => [
    ...['-b', 'kube-proxy-iptables', '--focus', spec, '--cluster-name', cluster, '--keep', '--reuse'],
    ...['--reports-folder', reports],
    ...['-v', '--reporter', 'none', '--slow-factor', '1'],
  ];
  // What is removed at the end must be what the first run makes.
  if ((await nodeContainers(cluster)).length > 0)
    throw new Error(
      `cluster ${cluster} is there already; expected none: \`npm run cluster -- down --name ${cluster}\``,
    );
  // The first run makes the cluster, and shows that the spec passes when nobody disturbs it.
  const calm = await execa('node', ['--import', 'tsx', 'e2e/cli.ts', ...runArguments(disk.path)], {
    cwd: root,
    reject: false,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (calm.exitCode !== 0) throw new Error(`undisturbed the run ended with ${calm.exitCode ?? 'no code'}`);
  const nodes = await nodeContainers(cluster);
  const controlPlane = nodes.find((name) => name.includes('control-plane')) ?? '';
  const workers = nodes.filter((name) => name !== controlPlane);
  const onNode = (node: string, script: string): Promise<string> => docker(['exec', node, 'sh', '-c', script]);

  const back = async (): Promise<void> => {
    await answers(onNode, controlPlane);
    await ready(onNode, controlPlane);
  };

  return {
    name: 'kind',
    bodyMs: 8_000,
    boundMs: 240_000,
    settleMs: 45_000,
    faults: {
      ...processFaults(disk),
      ...nodeFaults(controlPlane, workers, onNode),
      ...(options.restartDocker && { [DOCKER_RESTARTED]: dockerRestart(cluster, back) }),
    },
    command: (reports, { faults }) => ({
      argv: ['--import', './e2e/faults/clock-step.mjs', '--import', 'tsx', 'e2e/cli.ts', ...runArguments(reports)],
      env: clockStepEnv(faults),
      begun: 'step: raise the UDP timeouts',
      // Never strike a cluster that is not ours: a run that found another one is left alone, and told.
      mustSay: `taking over the running cluster ${cluster}\n`,
    }),
    async state() {
      const sysctls = workers.map((node) =>
        onNode(node, 'cat /proc/sys/net/netfilter/nf_conntrack_udp_timeout*').then((text) =>
          text.split('\n').join(' '),
        ),
      );
      const get = 'kubectl --kubeconfig /etc/kubernetes/admin.conf get';
      const objects = await onNode(
        controlPlane,
        `${get} ns,nodes -o name && ${get} nodes --no-headers | grep -c NotReady || true`,
      );
      return {
        objects: objects.split('\n').sort(),
        sysctls: await Promise.all(sysctls),
        journals: ourJournals(),
        paused: (await docker(['ps', '--filter', 'status=paused', '--format', '{{.Names}}']))
          .split('\n')
          .filter((name) => nodes.includes(name)),
        tables: execFileSync('nft', ['list', 'tables'], { encoding: 'utf8' }).includes(table),
      };
    },
    async gc() {
      await execa('node', ['--import', 'tsx', 'e2e/commands/gc.ts'], { cwd: root, reject: false, timeout: 180_000 });
    },
    async close() {
      const down = ['--import', 'tsx', join('e2e', 'commands', 'cluster.ts'), 'down', '--name', cluster];
      await execa('node', down, { cwd: root, reject: false });
    },
  };
}

/** Of runs that began after this process and are not alive: others may run on this machine at the same time. */
function ourJournals(): readonly string[] {
  return readJournals()
    .filter(({ alive, path }) => !alive && !before.has(path))
    .map(({ path }) => path);
}

const before = new Set(readJournals().map(({ path }) => path));

function nodeFaults(
  controlPlane: string,
  workers: readonly string[],
  onNode: (node: string, script: string) => Promise<string>,
): Readonly<Record<string, Fault>> {
  const broken =
    /meanwhile|exec .*(stream|ECONNREFUSED|ECONNRESET|socket hang up)|ended first|ECONNREFUSED|socket hang up/s;
  const done = (): Promise<void> => Promise.resolve();
  const worker = workers[0] ?? '';
  const kill = (node: string, process: string): Promise<string> =>
    onNode(
      node,
      `for stat in /proc/[0-9]*/comm; do grep -qx ${process} "$stat" 2>/dev/null && kill -9 "$(basename "$(dirname "$stat")")"; done; true`,
    );
  return {
    'API server killed': {
      named: /the API server on node .* (was restarted|is gone)|ECONNREFUSED|socket hang up|ECONNRESET|stream closed/,
      async strike() {
        await kill(controlPlane, 'kube-apiserver');
        return () => answers(onNode, controlPlane);
      },
    },
    'kubelet killed': {
      named: /kubelet on node .* (was restarted|is gone)|the stream closed|ended first/,
      async strike() {
        await kill(worker, 'kubelet');
        return done;
      },
    },
    'node paused for 40 s': {
      named: /node .* is paused|meanwhile|no end within|did not say so within|not so after/,
      async strike() {
        await docker(['pause', worker]);
        const over = delay(40_000).then(() => docker(['unpause', worker]));
        return async () => {
          await over;
          await ready(onNode, controlPlane);
        };
      },
    },
    'exec streams cut': {
      named: broken,
      async strike() {
        const port = (await docker(['port', controlPlane, '6443/tcp'])).split(':').at(-1)?.trim() ?? '';
        const rules = `add table inet ${table}
add chain inet ${table} out { type filter hook output priority 0; }
add rule inet ${table} out ip daddr 127.0.0.1 tcp dport ${port} reject with tcp reset
add rule inet ${table} out ip saddr 127.0.0.1 tcp sport ${port} reject with tcp reset
`;
        await execa('nft', ['-f', '-'], { input: rules });
        const over = delay(1_000).then(() => execa('nft', ['delete', 'table', 'inet', table]));
        return () => over.then(() => undefined);
      },
    },
  };
}

async function answers(onNode: (node: string, script: string) => Promise<string>, node: string): Promise<void> {
  const get = 'kubectl --kubeconfig /etc/kubernetes/admin.conf get --raw /readyz';
  await onNode(node, `for n in $(seq 1 60); do ${get} >/dev/null 2>&1 && exit 0; sleep 1; done; exit 1`);
}

async function ready(onNode: (node: string, script: string) => Promise<string>, node: string): Promise<void> {
  const get = 'kubectl --kubeconfig /etc/kubernetes/admin.conf get nodes --no-headers';
  await onNode(node, `for n in $(seq 1 90); do ${get} | grep -q NotReady || exit 0; sleep 1; done; exit 1`);
}
