/**
 * An API client that comes as an image, for libraries that cannot be built here (KubernetesClient for .NET is on NuGet only). Its
 * files are the image's; network namespace and clock are the caller's, so that it stands behind the same balancers as the others.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensurePart } from '../cache/cached-part.ts';
import { CommandError, runCommand, runLogged } from '../process/run-command.ts';
import { type ClientPart, lacks } from './client-parts.ts';

/** `.Config` of `docker image inspect`, as far as a start needs it. */
export interface ImageConfig {
  readonly Env?: readonly string[] | null;
  readonly Entrypoint?: readonly string[] | null;
  readonly Cmd?: readonly string[] | null;
  readonly WorkingDir?: string | null;
}

/** As container runtimes set it for an image that has none. */
const usualPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/**
 * A shell script that runs the image's command with one more argument, the configuration at $1 as the image sees it. Throws
 * CommandError for an image that names no command.
 */
export function launcherOf(image: string, { Env, Entrypoint, Cmd, WorkingDir }: ImageConfig): string {
  const command = [...(Entrypoint ?? []), ...(Cmd ?? [])];
  if (command.length === 0) throw new CommandError(`image ${image} names no ENTRYPOINT and no CMD`);
  const directory = WorkingDir === '' || WorkingDir == null ? '/' : WorkingDir;
  return `#!/bin/sh -e
root=$(dirname "$0")/root
from=$(dirname "$1")
export root from
exec unshare --mount --propagation private sh -ec '
mount -t tmpfs tmpfs "$root/tmp"
mkdir "$root/tmp/run"
cp "$from"/*.kubeconfig "$root/tmp/run/"
sed "s#$from/#/tmp/run/#g" "$1" > "$root/tmp/run/clients.json"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
shift
exec env -i "$@" /tmp/run/clients.json
' sh "$1" ${[usualPath, ...(Env ?? []), 'unshare'].map(quoted).join(' ')} --root "$root" --wd ${quoted(directory)} ${command.map(quoted).join(' ')}
`;
}

export function imageClient(image: string): ClientPart {
  return {
    needs: () => lacks([[['docker', 'image', 'inspect', image], `the image ${image} is not on this machine`]]),
    async file(options) {
      const inspect = ['docker', 'image', 'inspect', '--format', '{{json .}}', image];
      const { Id, Config } = JSON.parse(await runCommand(inspect, { signal: options.signal })) as {
        readonly Id: string;
        readonly Config: ImageConfig;
      };
      const launcher = launcherOf(image, Config);
      const { folder } = await ensurePart(
        {
          kind: 'watch-client-image',
          inputs: { id: Id, launcher },
          expectedMs: 20_000,
          async make(aside, logFile, signal) {
            const root = join(aside, 'root');
            await mkdir(root);
            const script =
              'id=$(docker create "$1" true); docker export "$id" | tar -x -C "$2"; docker rm "$id"; mkdir -p "$2/tmp" "$2/proc" "$2/dev"';
            await runLogged(['sh', '-ec', script, 'sh', image, root], logFile, { signal });
            await writeFile(join(aside, 'client'), launcher, { mode: 0o755 });
          },
        },
        options,
      );
      return join(folder, 'client');
    },
  };
}
