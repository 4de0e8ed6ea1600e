/** `kind create cluster`, with the phase it was in when it failed and the nodes' logs beside it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { containedPath } from '../../run/contained-path.ts';
import { redact } from '../../run/redact.ts';
import { InfrastructureError } from '../../run/verdict-errors.ts';
import { type ClusterIdentity, creationEnvironment } from './cluster-identity.ts';
import { docker, nodeContainers } from './docker.ts';

export interface CreateInput {
  readonly binary: string;
  readonly identity: ClusterIdentity;
  readonly image: string;
  /** Text of the configuration. */
  readonly config: string;
  readonly kubeconfig: string;
  readonly logFolder: string;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

const withinMs = 8 * 60_000;

/** Throws InfrastructureError that names the phase and where the logs are. The containers stay, for whoever takes them away. */
export async function createKindCluster(input: CreateInput): Promise<void> {
  const args = [
    'create',
    'cluster',
    '--name',
    input.identity.name,
    '--image',
    input.image,
    '--config',
    '-',
    '--kubeconfig',
    input.kubeconfig,
    '--retain',
  ];
  let phase = 'starting kind';
  const child = execa(input.binary, args, {
    reject: false,
    input: input.config,
    timeout: withinMs,
    cancelSignal: input.signal,
    all: true,
    // A network per cluster: nothing of one is in the neighbourhood of another, and it goes with its cluster.
    env: creationEnvironment(input.identity),
  });
  child.all.on('data', (chunk: Buffer) => {
    for (const line of String(chunk).split(/[\r\n]+/)) {
      // `• Preparing nodes 📦 📦  ...` begins a phase, `✗ …` says which one failed.
      const named = /^\s*[•✗]\s+([\x20-\x7e]+?)[ .]*(?:[^\x20-\x7e].*)?$/u.exec(line)?.[1]?.trim();
      if (named === undefined || named === phase) continue;
      phase = named;
      input.log(`kind: ${phase}`);
    }
  });
  const result = await child;
  if (result.exitCode === 0) return;
  input.signal.throwIfAborted();
  const folder = await exportNodeLogs(input.identity.name, input.logFolder, result.all).catch(
    (error: unknown) => `(logs could not be taken: ${String(error)})`,
  );
  const said = redact(result.all)
    .split('\n')
    .filter((line) => /error|fail|timed out|refused/i.test(line))
    .slice(-3)
    .join(' | ');
  const why = result.timedOut
    ? `no end within ${withinMs / 60_000} min`
    : said || (result.shortMessage ?? `exit code ${result.exitCode ?? 'none'}`);
  throw new InfrastructureError(
    `cluster ${input.identity.name}: creation failed in phase "${phase}": ${why}; node logs: ${folder}`,
  );
}

/** Container output, unit journals and states of every node. Returns the folder. */
export async function exportNodeLogs(cluster: string, folder: string, kindOutput = ''): Promise<string> {
  const target = join(folder, 'cluster-logs');
  await mkdir(target, { recursive: true });
  await writeFile(join(target, 'kind.txt'), redact(kindOutput));
  const node = async (container: string): Promise<void> => {
    const attempt = (argv: readonly string[]): Promise<string> =>
      docker(argv, { timeoutMs: 30_000 }).catch((error: unknown) => String(error));
    const files: Record<string, readonly string[]> = {
      'container.log': ['logs', '--timestamps', container],
      'inspect.json': ['inspect', container],
      'journal.log': [
        'exec',
        container,
        'journalctl',
        '--no-pager',
        '-o',
        'short-precise',
        '-u',
        'kubelet',
        '-u',
        'containerd',
      ],
      'pods.txt': ['exec', container, 'sh', '-c', 'tail -n 200 /var/log/pods/*/*/*.log'],
    };
    for (const [file, argv] of Object.entries(files))
      await writeFile(containedPath(target, `${container}-${file}`), redact(await attempt(argv)));
  };
  await Promise.all((await nodeContainers(cluster)).map(node));
  return target;
}
