/**
 * What is looked at when a spec is not as expected: pod logs, events by time, connection tracking tables, node journals,
 * the subjects' own logs. Runs before clean-up; each collector has a deadline of its own and never hides another.
 */
import type { Cluster } from '../cluster/cluster.ts';
import type { KubernetesObject } from '../cluster/kubernetes-object.ts';
import type { Subject } from '../subject/subject.ts';
import type { Undo } from './attempt-state.ts';

type Attach = (name: string, text: string) => Promise<unknown>;

interface EventObject extends KubernetesObject {
  readonly reason?: string;
  readonly message?: string;
  readonly type?: string;
  readonly count?: number;
  readonly lastTimestamp?: string;
  readonly eventTime?: string;
  readonly involvedObject?: { readonly kind?: string; readonly namespace?: string; readonly name?: string };
}

interface PodObject extends KubernetesObject {
  readonly spec?: { readonly nodeName?: string; readonly containers?: readonly { readonly name: string }[] };
  readonly status?: { readonly phase?: string };
}

export interface Collected {
  readonly cluster: Cluster;
  readonly subjects: readonly Subject[];
  /** The subject's log text, by instance. */
  readonly logsOf: (subject: Subject, signal: AbortSignal) => Promise<Readonly<Record<string, string>>>;
}

/** @param slug pods of namespaces whose name has it, or all of this run when absent */
export function clusterCollectors(collected: Collected, attach: Attach, slug?: string): readonly Undo[] {
  const { cluster, subjects } = collected;
  return [
    { title: 'events', run: async (signal) => attach('events.txt', await eventsText(cluster, signal)) },
    { title: 'pods and their logs', run: async (signal) => podLogs(cluster, attach, slug, signal) },
    {
      title: 'connection tracking tables',
      run: async (signal) =>
        eachNode(cluster, signal, ['conntrack', '-L', '-o', 'extended'], (node, text) =>
          attach(`conntrack/${node}.txt`, text),
        ),
    },
    {
      title: 'node journals',
      run: async (signal) =>
        eachNode(cluster, signal, ['journalctl', '--no-pager', '-o', 'short-precise', '-n', '500'], (node, text) =>
          attach(`journal/${node}.txt`, text),
        ),
    },
    ...subjects.map((subject) => ({
      title: `logs of ${subject.name}`,
      run: async (signal: AbortSignal) => {
        for (const [instance, text] of Object.entries(await collected.logsOf(subject, signal)))
          await attach(`subject/${fileName(subject.name)}/${fileName(instance)}.log`, text);
      },
    })),
  ];
}

async function eventsText(cluster: Cluster, signal: AbortSignal): Promise<string> {
  const events = await cluster.api.list<EventObject>('v1', 'Event', {}, signal);
  const rows = events.map((event) => ({
    at: event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? '',
    text: `${event.type ?? ''} ${event.involvedObject?.kind ?? ''} ${event.involvedObject?.namespace ?? ''}/${event.involvedObject?.name ?? ''} ${event.reason ?? ''}: ${event.message ?? ''}${(event.count ?? 1) > 1 ? ` (${event.count ?? 1} times)` : ''}`,
  }));
  return rows
    .sort((a, b) => a.at.localeCompare(b.at))
    .map((row) => `${row.at} ${row.text}`)
    .join('\n');
}

async function podLogs(cluster: Cluster, attach: Attach, slug: string | undefined, signal: AbortSignal): Promise<void> {
  const { key, value } = cluster.runLabel;
  const namespaces = await cluster.api.list<KubernetesObject>(
    'v1',
    'Namespace',
    { labelSelector: `${key}=${value}` },
    signal,
  );
  const mine = namespaces.filter(({ metadata }) => slug === undefined || metadata.name.includes(slug));
  const table: string[] = [];
  for (const { metadata } of mine)
    for (const pod of await cluster.api.list<PodObject>('v1', 'Pod', { namespace: metadata.name }, signal)) {
      table.push(
        `${metadata.name}/${pod.metadata.name} ${pod.status?.phase ?? '?'} on ${pod.spec?.nodeName ?? 'no node'}`,
      );
      for (const { name: container } of pod.spec?.containers ?? []) {
        const ref = { namespace: metadata.name, name: pod.metadata.name, container };
        const text = await cluster.api
          .logs(ref, { tailLines: 5000, signal })
          .catch((error: unknown) => `no log: ${error instanceof Error ? error.message : String(error)}`);
        await attach(`pods/${pod.metadata.name}-${container}.log`, text);
      }
    }
  await attach('pods.txt', table.join('\n'));
}

async function eachNode(
  cluster: Cluster,
  signal: AbortSignal,
  argv: readonly string[],
  keep: (node: string, text: string) => Promise<unknown>,
): Promise<void> {
  await Promise.all(
    (await cluster.nodes()).map(async (node) => {
      const { code, stdout, stderr } = await node.exec(argv, { signal });
      await keep(node.name, code === 0 ? stdout : `${argv.join(' ')} ended with ${code}\n${stderr}`);
    }),
  );
}

const fileName = (text: string): string => text.replace(/[^\w.@+-]+/g, '-');
