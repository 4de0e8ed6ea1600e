/** The few Docker verbs that image building needs. No builder plugin: import, cp and commit exist in every Docker. */
import { createReadStream } from 'node:fs';
import { execa } from 'execa';
import { CommandError, lastLines, runCommand, tryCommand } from '../process/run-command.ts';

type Stop = AbortSignal | undefined;

export async function hasImage(reference: string, signal?: Stop): Promise<boolean> {
  const found = await tryCommand(['docker', 'image', 'inspect', '--format', '{{.Id}}', reference], { signal });
  return found.exitCode === 0;
}

/** `docker import` of a tar archive as a one-layer image; `changes` are Dockerfile instructions (ENTRYPOINT, ENV). */
export async function importImage(
  archive: string,
  reference: string,
  changes: readonly string[],
  signal?: Stop,
): Promise<void> {
  const flags = changes.flatMap((change) => ['--change', change]);
  await runCommand(['docker', 'import', ...flags, archive, reference], { signal });
}

/** Packs a folder and feeds it to a command's stdin: `docker cp - …`, `docker import -`. Owner is root. */
export async function pipeFolder(folder: string, argv: readonly string[], signal?: Stop): Promise<void> {
  const stop = signal === undefined ? {} : { cancelSignal: signal };
  const [file = '', ...args] = argv;
  const flags = ['--owner=0', '--group=0', '--numeric-owner', '--sort=name'];
  const archive = execa('tar', [...flags, '-C', folder, '-c', '.'], { ...stop, buffer: { stdout: false } });
  const result = await archive.pipe(file, args, { ...stop, reject: false });
  if (result.failed) throw new CommandError(`\`${argv.join(' ')}\` failed: ${lastLines(result.stderr, 8)}`);
}

/** Feeds a file to a command's stdin and returns stdout. */
export async function pipeFile(path: string, argv: readonly string[], signal?: Stop): Promise<string> {
  const [file = '', ...args] = argv;
  const stop = signal === undefined ? {} : { cancelSignal: signal };
  const result = await execa(file, args, { ...stop, reject: false, input: createReadStream(path) });
  signal?.throwIfAborted();
  if (result.failed) throw new CommandError(`\`${argv.join(' ')}\` failed: ${lastLines(result.stderr, 8)}`);
  return result.stdout;
}

/** Runs `body` with a container that is removed in any case. */
export async function withContainer<T>(
  create: readonly string[],
  body: (container: string) => Promise<T>,
  signal?: Stop,
): Promise<T> {
  const container = (await runCommand(['docker', ...create], { signal })).trim();
  try {
    return await body(container);
  } finally {
    await tryCommand(['docker', 'rm', '--force', '--volumes', container]);
  }
}

/** A new image: `base` with the content of `folder` on top. */
export async function addLayer(
  base: string,
  folder: string,
  reference: string,
  changes: readonly string[],
  signal?: Stop,
): Promise<void> {
  await withContainer(
    ['create', base, 'true'],
    async (container) => {
      await pipeFolder(folder, ['docker', 'cp', '-', `${container}:/`], signal);
      await commit(container, reference, changes, signal);
    },
    signal,
  );
}

export async function commit(
  container: string,
  reference: string,
  changes: readonly string[],
  signal?: Stop,
): Promise<void> {
  const flags = changes.flatMap((change) => ['--change', change]);
  await runCommand(['docker', 'commit', ...flags, container, reference], { signal });
}
