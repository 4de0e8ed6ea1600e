/** kind's own node image by digest, with the tools that evidence needs and that it lacks (it is a Debian). */
import { contentHash } from '../cache/content-hash.ts';
import { runCommand } from '../process/run-command.ts';
import { commit, hasImage, withContainer } from './docker-images.ts';

/** The default image of the pinned kind release (pkg/apis/config/defaults/image.go of sigs.k8s.io/kind). */
export const pulledNodeImage =
  'kindest/node:v1.37.0@sha256:a1ed56cfb0e7b93589bdf97c8cd566405a265939e3620fc4f5de89adff580ae5';

const tools = ['tcpdump', 'conntrack', 'nftables', 'iproute2', 'procps', 'bpftool', 'iputils-ping'];
const entrypoint = 'ENTRYPOINT ["/usr/local/bin/entrypoint","/sbin/init"]';

export function extendedImage(): string {
  return `staleproof/node-pulled:${contentHash({ from: pulledNodeImage, tools })}`;
}

export async function extendPulledImage(signal: AbortSignal | undefined, log: (line: string) => void): Promise<string> {
  const image = extendedImage();
  if (await hasImage(image, signal)) return image;
  log(`adding ${tools.join(', ')} to ${pulledNodeImage}`);
  await withContainer(
    ['run', '--detach', '--entrypoint', 'sleep', pulledNodeImage, 'infinity'],
    async (container) => {
      const install = `apt-get -q update && apt-get -qy install --no-install-recommends ${tools.join(' ')} && rm -rf /var/lib/apt/lists`;
      await runCommand(['docker', 'exec', container, 'sh', '-c', install], { signal });
      await commit(container, image, [entrypoint, 'CMD []'], signal);
    },
    signal,
  );
  return image;
}
