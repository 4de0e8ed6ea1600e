/** The soak: apiserver-watchers on this machine and in pods, left alone for hours, then one table of client × path. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { localWatcher, watcherCommands, watcherImage } from '../../../../hack/subjects/apiserver-watchers.ts';
import { createSteps } from '../../../../hack/process/steps.ts';
import type { KubeApi, LineProcess } from '../../../harness/cluster/cluster.ts';
import { spawnBehind } from '../../../harness/cluster/local-process.ts';
import { connect, type Connection } from '../../../harness/cluster/kube/connection.ts';
import { KubeClient } from '../../../harness/cluster/kube/kube-client.ts';
import { journalOf } from '../../../harness/run/journal.ts';
import { InfrastructureError } from '../../../harness/run/verdict-errors.ts';
import { loadIntoKind, soakObjects } from './watch-soak-objects.ts';
import type { SoakClient, SoakOptions, SoakPath } from './watch-soak-options.ts';

export interface SoakRow {
  readonly client: SoakClient;
  readonly path: SoakPath;
  /** The program's own summary; undefined when it gave none, with the reason. */
  readonly summary?: Readonly<Record<string, unknown>>;
  readonly reason?: string;
}

type Say = (line: string) => void;

/** Runs until the time is over or the signal aborts. Everything in the cluster is in a namespace of its own and removed. */
export async function soak(options: SoakOptions, signal: AbortSignal, say: Say): Promise<readonly SoakRow[]> {
  const connection = await connect(options);
  const run = `soak-${randomBytes(4).toString('hex')}`;
  const namespace = `staleproof-${run}`;
  const api = new KubeClient(connection, { labels: { 'staleproof.dev/run': run }, pollMs: 500 });
  const folder = await mkdtemp(join(tmpdir(), 'staleproof-soak-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, connection.kubeconfigText(), { mode: 0o600 });
  const journal = journalOf(run);
  const change = journal.record({
    kind: 'namespace',
    name: namespace,
    kubeconfig: options.kubeconfig ?? '',
    context: connection.context,
  });
  const programs: LineProcess[] = [];
  try {
    await api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, signal);
    say(
      `soaking ${options.clients.join(', ')} for ${options.hours} h, an update every ${options.intervalSeconds} s, namespace ${namespace} of ${connection.server}`,
    );
    const context = { options, api, connection, namespace, kubeconfig, signal, say };
    const cells = options.paths.flatMap((path) => options.clients.map((client) => ({ client, path })));
    const starts = cells.map(async ({ client, path }): Promise<SoakRow> => {
      const program = path === 'public' ? await startHere(client, context) : await startInPod(client, context);
      programs.push(program);
      return { client, path, ...(await summaryOf(program, context, `${client} ${path}`)) };
    });
    return await Promise.all(starts);
  } finally {
    await Promise.all(programs.map((program) => program.stop().catch(() => undefined)));
    await api.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace }, { timeoutMs: 60_000 });
    change.undone();
    journal.close();
    await rm(folder, { recursive: true, force: true });
    connection.close();
  }
}

interface Context {
  readonly options: SoakOptions;
  readonly api: KubeApi;
  readonly connection: Connection;
  readonly namespace: string;
  readonly kubeconfig: string;
  readonly signal: AbortSignal;
  readonly say: Say;
}

/** The trigger of each cell is its own: cells must not deliver each other's updates. */
const triggerOf = (client: SoakClient, path: SoakPath): string => `trigger-${client}-${path}`;

function environment(
  { options, namespace }: Context,
  client: SoakClient,
  path: SoakPath,
): Readonly<Record<string, string>> {
  return {
    NAMESPACE: namespace,
    TRIGGER_NAME: triggerOf(client, path),
    CHANGE_INTERVAL_SECONDS: String(options.intervalSeconds),
    DEADLINE_SECONDS: String(options.deadlineSeconds),
    SOAK_HOURS: String(options.hours),
  };
}

async function startHere(client: SoakClient, context: Context): Promise<LineProcess> {
  const command = await localWatcher(client, { steps: createSteps(context.say), signal: context.signal });
  const given = { ...environment(context, client, 'public'), METRICS_PORT: '0', KUBECONFIG: context.kubeconfig };
  const pairs = Object.entries(given).map(([name, value]) => `${name}=${value}`);
  const root = fileURLToPath(new URL('../../../..', import.meta.url));
  return spawnBehind({ where: 'on this machine', prefix: [] }, ['env', '-C', root, ...pairs, ...command], {
    signal: context.signal,
  });
}

async function startInPod(client: SoakClient, context: Context): Promise<LineProcess> {
  const { api, namespace, options, signal, say } = context;
  const image = options.image ?? (await builtImage(context));
  const name = `apiserver-watcher-${client}`;
  const objects = await soakObjects({
    name,
    namespace,
    image,
    command: watcherCommands[client],
    env: environment(context, client, 'private'),
    trigger: triggerOf(client, 'private'),
  });
  for (const object of objects) await api.apply(object, signal);
  const target = { apiVersion: 'v1', kind: 'Pod', namespace, labelSelector: `app.kubernetes.io/name=${name}` };
  const pod = await api.waitFor<PodObject, string>(
    target,
    (pods) => pods.find(({ status }) => status?.phase === 'Running')?.metadata.name,
    { timeoutMs: 120_000, signal, what: `pod of ${name} runs` },
  );
  say(`${client} runs in pod ${pod}`);
  return api.followLogs({ namespace, name: pod }, signal);
}

interface PodObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly status?: { readonly phase?: string };
}

let building: Promise<string> | undefined;

/** Built once for all clients, and put where the cluster finds it. */
function builtImage({ options, api, signal, say }: Context): Promise<string> {
  building ??= (async () => {
    const image = await watcherImage(options.clients, { steps: createSteps(say), signal }, say);
    await loadIntoKind(api, image, signal);
    return image;
  })();
  return building;
}

/** Misses are told as they happen. The program ends by itself; a quarter of a minute later it is asked no more. */
async function summaryOf(
  program: LineProcess,
  context: Context,
  name: string,
): Promise<Pick<SoakRow, 'summary' | 'reason'>> {
  const { options, signal, say } = context;
  const found = new Promise<Readonly<Record<string, unknown>>>((resolve) => {
    program.onLine((text) => {
      const line = parseLine(text);
      if (line?.['type'] === 'summary') resolve(line);
      if (line?.['type'] === 'missed')
        say(`${name}: update ${String(line['n'])} was missed, see ConfigMap ${String(line['failure'])}`);
    });
  });
  const timeout = new AbortController();
  const late = delay(options.hours * 3_600_000 + (options.deadlineSeconds + 60) * 1000, undefined, {
    signal: AbortSignal.any([signal, timeout.signal]),
  }).then(() => ({ reason: 'no summary came in time' }));
  const ended = program.exited.then(({ reason }) =>
    delay(500).then(() => ({
      reason: `the program ended: ${reason}; ${program.stderrTail().trim().split('\n').at(-1) ?? ''}`,
    })),
  );
  try {
    return await Promise.race([found.then((summary) => ({ summary })), ended, late]);
  } catch (error) {
    if (signal.aborted) throw error;
    throw new InfrastructureError(`${name}: ${(error as Error).message}`, { cause: error });
  } finally {
    timeout.abort();
    late.catch(() => undefined);
  }
}

function parseLine(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
