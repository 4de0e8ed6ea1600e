/**
 * A registry of the user's own between build and nodes. Nodes are containers, so `localhost` is not this machine to them: while
 * they pull, a forwarder on the gateway of their network leads to the registry.
 */
import { createConnection, createServer, type Server } from 'node:net';
import { capture, interactive } from '../compose/kind-nodes.ts';
import { shown } from '../harness/run/shown.ts';

/** Pushes the image and lets every node pull it, over plain HTTP where the registry is this machine's. Names on nodes stay the same. */
export async function throughRegistry(registry: string, image: string, nodes: readonly string[]): Promise<void> {
  const pushed = `${registry}/${image}`;
  await must(['docker', 'tag', image, pushed]);
  try {
    await must(['docker', 'push', '--quiet', pushed]);
  } finally {
    await capture(['docker', 'rmi', pushed]);
  }
  const local = localPort(registry);
  const forwarder = local === undefined ? undefined : await forward(await gatewayOf(nodes[0] ?? ''), local);
  try {
    for (const node of nodes) {
      const from = `${forwarder?.address ?? registry}/${image}`;
      process.stderr.write(shown(`${node} pulls ${from}\n`));
      const plain = forwarder === undefined ? [] : ['--plain-http'];
      const ctr = ['docker', 'exec', node, 'ctr', '-n', 'k8s.io', 'images'];
      await must([...ctr, 'pull', ...plain, from]);
      await must([...ctr, 'tag', '--force', from, nameOnNode(image)]);
      await must([...ctr, 'rm', from]);
    }
  } finally {
    forwarder?.server.close();
  }
}

/** Port of a registry on this machine; undefined for one that nodes can reach by its name. */
export function localPort(registry: string): number | undefined {
  const parts = /^(?:localhost|127\.[\d.]+|\[::1\])(?::(\d+))?$/.exec(registry);
  return parts === null ? undefined : Number(parts[1] ?? 5000);
}

/** As containerd stores what a manifest calls `kpng:test`. */
export function nameOnNode(image: string): string {
  const [first = '', ...rest] = image.split('/');
  if (rest.length === 0) return `docker.io/library/${image}`;
  return /[.:]/.test(first) || first === 'localhost' ? image : `docker.io/${image}`;
}

async function gatewayOf(node: string): Promise<string> {
  const format = '{{range .NetworkSettings.Networks}}{{.Gateway}} {{end}}';
  const { stdout } = await capture(['docker', 'inspect', '--format', format, node]);
  const [gateway = ''] = stdout.trim().split(' ');
  if (gateway === '') throw new Error(`${node} has no IPv4 gateway by which it could reach a registry on this machine`);
  return gateway;
}

/** Listens on that address alone: other networks of this machine do not see the registry. */
async function forward(address: string, port: number): Promise<{ readonly server: Server; readonly address: string }> {
  const server = createServer((socket) => {
    const upstream = createConnection({ port, host: '127.0.0.1' });
    socket.on('error', () => upstream.destroy());
    upstream.on('error', () => socket.destroy());
    socket.pipe(upstream).pipe(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, address, resolve);
  });
  const bound = server.address();
  return { server, address: `${address}:${typeof bound === 'object' ? (bound?.port ?? 0) : 0}` };
}

async function must(argv: readonly string[]): Promise<void> {
  const code = await interactive(argv, ['ignore', 2, 2]);
  if (code !== 0) throw new Error(`\`${argv.join(' ')}\` ended with ${code}`);
}
