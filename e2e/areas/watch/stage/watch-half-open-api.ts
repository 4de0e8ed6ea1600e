/** A watch of the API server through a balancer, for one claim: the server sheds it when its client has vanished. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFile, writeFile } from 'node:fs/promises';
import { openBed } from './idle-load-balancer.ts';
import { runInNetns } from './idle-load-balancer-netns.ts';
import { profileNamed } from '../profiles/profile.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { InfrastructureError } from '../../../harness/run/verdict-errors.ts';
import { apiBackend } from './watch-backend.ts';
import { onGround } from './watch-ground.ts';
import { countSockets, watchHalfOpen, type HalfOpenResult } from '../faults/watch-half-open.ts';

const resetProgram = fileURLToPath(new URL('../../../../fixtures/watch-balancer/flow-reset.py', import.meta.url));
const client = 'half-open';

/** curl holds a silent watch (no bookmarks), the path is cut, curl is killed. */
export async function observeHalfOpenWatch(t: SpecContext, limitMs: number): Promise<HalfOpenResult> {
  const { cluster } = t.env;
  return onGround(t, t.signal, async (ground, folder) => {
    const backend = await apiBackend(cluster, t.slug, 'public');
    const profile = profileNamed('blackhole-all');
    const bed = await openBed({
      ...ground,
      slug: t.slug,
      profiles: [profile],
      clients: [client],
      idleSeconds: 45,
      server: backend.serverSide,
      port: 6443,
      resetProgram,
      folder,
    });
    await backend.start(ground);
    const [lane] = bed.lanes;
    const node = (await cluster.nodes()).find(({ controlPlane }) => controlPlane);
    if (lane === undefined || node === undefined) throw new InfrastructureError('no balancer or no control plane node');
    const { kubeconfig = '', namespace = '', host } = await backend.target(lane, client, folder);
    const path = `/api/v1/namespaces/${namespace}/configmaps?watch=true`;
    const url = `https://${host.includes(':') ? `[${host}]` : host}:6443${path}`;
    const { netns, addresses } = bed.client(client);
    const files = await credentials(kubeconfig, folder);
    const argv = ['curl', '--silent', '--no-buffer', '--insecure', '--http1.1', '--no-keepalive', ...files, url];
    const watch = await runInNetns(ground, netns, argv, { name: 'a watch by curl' });
    await watch.waitFor((line) => line.includes('"trigger"'), {
      timeoutMs: 30_000,
      signal: t.signal,
      what: 'the watch delivers its first event',
    });
    // By both ends: clients of other sessions have the same addresses behind balancers of their own.
    const filter = [
      '-Htn',
      'state',
      'established',
      'src',
      lane.server[backend.family],
      'dst',
      addresses[backend.family],
    ];
    const result = await watchHalfOpen({
      bed,
      held: async () => countSockets(await node.run(['ss', ...filter])),
      leave: () => watch.stop(),
      limitMs,
      signal: t.signal,
    });
    await bed.finish();
    for (const { side, path: file } of lane.captures)
      await t.attach(`${side}-side.pcap`, await readFile(file), 'application/vnd.tcpdump.pcap');
    return result;
  });
}

/** The kubeconfig's client certificate as files, and the options that name them. */
async function credentials(kubeconfig: string, folder: string): Promise<readonly string[]> {
  const { users } = JSON.parse(await readFile(kubeconfig, 'utf8')) as {
    readonly users: readonly { readonly user: Readonly<Record<string, string>> }[];
  };
  const user = users[0]?.user ?? {};
  const parts = [
    ['--cert', 'client-certificate-data'],
    ['--key', 'client-key-data'],
  ] as const;
  return (
    await Promise.all(
      parts.map(async ([option, field]) => {
        const path = join(folder, `${field}.pem`);
        await writeFile(path, Buffer.from(user[field] ?? '', 'base64'), { mode: 0o600 });
        return [option, path];
      }),
    )
  ).flat();
}
