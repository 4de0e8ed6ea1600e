/** Sockets that are left on both ends when the watching is over: a client that never lets go, a server that holds what is dead. */
import type { IpFamily } from '../../../harness/cluster/cluster.ts';
import { type OpenSockets, parseSockets } from '../evidence/watch-sockets.ts';
import type { Bed, Lane } from './idle-load-balancer.ts';
import { inNetns, runTool } from './idle-load-balancer-netns.ts';
import type { Backend } from './watch-backend.ts';

const listing = ['ss', '-Htn', 'state', 'established'] as const;

/** Looks once, on all ends. */
export async function openSockets(
  bed: Bed,
  backend: Backend,
  clients: readonly string[],
): Promise<(client: string, lane: Lane) => OpenSockets> {
  const { family } = backend;
  const server = parseSockets(await backend.run(listing));
  const own = new Map(
    await Promise.all(
      clients.map(async (name) => {
        const { netns } = bed.client(name);
        return [name, parseSockets(await runTool(inNetns(netns, listing)))] as const;
      }),
    ),
  );
  return (client, lane) => {
    const address = bed.client(client).addresses[family];
    const here = own.get(client)?.filter(({ peer }) => peer === lane.target[family]).length ?? 0;
    const endToEnd = lane.profile.model === 'packet' && lane.target[family] === lane.server[family];
    if (!endToEnd || backend.translated) return { client: here };
    const there = server.filter(({ local, peer }) => peer === address && local === lane.server[family]).length;
    return { client: here, server: there };
  };
}

/** Whether one of the clients has sent a SYN towards a lane that nobody has answered yet. */
export async function anyConnecting(
  bed: Bed,
  lane: Lane,
  clients: readonly { readonly name: string }[],
  family: IpFamily,
): Promise<boolean> {
  const asking = ['ss', '-Htn', 'state', 'syn-sent', 'dst', lane.target[family]];
  const listed = await Promise.all(clients.map(({ name }) => runTool(inNetns(bed.client(name).netns, asking))));
  return listed.some((text) => text.trim() !== '');
}
