/** The Docker command line. A failure names the command and docker's last words. */
import { execa } from 'execa';

class DockerError extends Error {
  override readonly name = 'DockerError';
}

interface DockerOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
  readonly input?: string | Uint8Array;
  readonly inputFile?: string;
}

/** Returns stdout. Throws DockerError, or the signal's reason. */
export async function docker(argv: readonly string[], options: DockerOptions = {}): Promise<string> {
  const result = await execa('docker', argv, {
    reject: false,
    timeout: options.timeoutMs ?? 120_000,
    ...(options.signal !== undefined && { cancelSignal: options.signal }),
    ...(options.inputFile !== undefined
      ? { inputFile: options.inputFile }
      : options.input !== undefined
        ? { input: options.input }
        : { stdin: 'ignore' as const }),
  });
  options.signal?.throwIfAborted();
  if (result.exitCode === 0) return result.stdout;
  const said = result.stderr.trim().split('\n').slice(-4).join(' | ') || (result.shortMessage ?? '');
  throw new DockerError(
    `\`docker ${argv.join(' ').slice(0, 160)}\` ended with ${result.exitCode ?? 'no code'}: ${said}`,
  );
}

/** Names of the node containers of a kind cluster, running or not. */
export async function nodeContainers(cluster: string, signal?: AbortSignal): Promise<readonly string[]> {
  const filter = `label=io.x-k8s.kind.cluster=${cluster}`;
  const names = await docker(['ps', '--all', '--filter', filter, '--format', '{{.Names}}'], { signal });
  return names
    .split('\n')
    .filter((name) => name !== '')
    .sort();
}
