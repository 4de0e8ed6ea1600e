/** What the journal knows how to take back. One zod schema for writing and for reading what a dead run left. */
import { z } from 'zod';

/** Names alone come again with the next cluster of that configuration, so what is undone must match this. */
const identitySchema = z.strictObject({ name: z.string(), network: z.string() });

/** `cluster` is there for a kind cluster of ours; with it gone, everything in it is. */
const access = { kubeconfig: z.string(), context: z.string().optional(), cluster: identitySchema.optional() };

/** Where a sysctl or a file is: this machine, a named network namespace of it, a container (a kind node), a node by its helper pod. */
const placeSchema = z.discriminatedUnion('at', [
  z.strictObject({ at: z.literal('host') }),
  z.strictObject({ at: z.literal('netns'), name: z.string() }),
  z.strictObject({
    at: z.literal('container'),
    name: z.string(),
    // Absent in journals of older versions only.
    id: z.string().optional(),
    cluster: identitySchema.optional(),
  }),
  z.strictObject({ at: z.literal('node'), namespace: z.string(), node: z.string(), ...access }),
]);

const entrySchema = z.discriminatedUnion('kind', [
  /** `value` is the original, as read before the change. */
  z.strictObject({ kind: z.literal('sysctl'), place: placeSchema, key: z.string(), value: z.string() }),
  /** `argv` puts the node's old state back, which is in it, and does nothing where it is back already. */
  z.strictObject({ kind: z.literal('node-change'), place: placeSchema, told: z.string(), argv: z.array(z.string()) }),
  z.strictObject({ kind: z.literal('netns'), name: z.string() }),
  z.strictObject({ kind: z.literal('link'), name: z.string() }),
  z.strictObject({
    kind: z.literal('nft-table'),
    family: z.enum(['ip', 'ip6', 'inet', 'bridge', 'arp', 'netdev']),
    name: z.string(),
    netns: z.string().optional(),
  }),
  /** `original` is base64, null when there was no such file. */
  z.strictObject({
    kind: z.literal('file'),
    path: z.string(),
    original: z.string().nullable(),
    mode: z.number().optional(),
  }),
  /** `startTime` in clock ticks since boot (field 22 of /proc/PID/stat) tells this process from a later one of the same pid. */
  z.strictObject({ kind: z.literal('process'), pid: z.number(), startTime: z.string() }),
  /** Written by older versions; now a cluster's network is part of the cluster. */
  z.strictObject({ kind: z.literal('docker-network'), name: z.string() }),
  /** Its nodes and its network; `network` is the cluster's identity. Older versions wrote the name and `binary`. */
  z.strictObject({
    kind: z.literal('kind-cluster'),
    name: z.string(),
    network: z.string().optional(),
    binary: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal('namespace'), name: z.string(), ...access }),
  z.strictObject({
    kind: z.literal('kube-object'),
    apiVersion: z.string(),
    objectKind: z.string(),
    name: z.string(),
    namespace: z.string().optional(),
    ...access,
  }),
  z.strictObject({ kind: z.literal('lease'), name: z.string(), namespace: z.string(), holder: z.string(), ...access }),
]);

export type Place = z.infer<typeof placeSchema>;
export type JournalEntry = z.infer<typeof entrySchema>;

export const lineSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('run'),
    schema: z.literal(1),
    run: z.string(),
    pid: z.number(),
    startTime: z.string(),
    bootId: z.string(),
    wall: z.string(),
  }),
  z.strictObject({ type: z.literal('change'), id: z.string(), wall: z.string(), entry: entrySchema }),
  z.strictObject({ type: z.literal('undone'), id: z.string() }),
  /** It stays on purpose (`--keep`), or somebody else took it over. */
  z.strictObject({ type: z.literal('released'), id: z.string() }),
]);

export type JournalLine = z.infer<typeof lineSchema>;
export type JournalHeader = Extract<JournalLine, { type: 'run' }>;

/** Gone after a reboot, so there is nothing to restore from an earlier boot. */
export function diesWithBoot(entry: JournalEntry): boolean {
  return (
    entry.kind === 'netns' ||
    entry.kind === 'link' ||
    entry.kind === 'nft-table' ||
    entry.kind === 'process' ||
    (entry.kind === 'sysctl' && entry.place.at !== 'node')
  );
}

/** For people: `sysctl net.ipv4.ip_forward on this machine → 0`. */
export function describeEntry(entry: JournalEntry): string {
  switch (entry.kind) {
    case 'sysctl':
      return `sysctl ${entry.key} ${describePlace(entry.place)} back to ${entry.value}`;
    case 'node-change':
      return `${entry.told} ${describePlace(entry.place)}`;
    case 'nft-table':
      return `nft table ${entry.family} ${entry.name}${entry.netns === undefined ? '' : ` in netns ${entry.netns}`}`;
    case 'file':
      return `file ${entry.path}${entry.original === null ? '' : ' back to its original'}`;
    case 'process':
      return `process ${entry.pid}`;
    case 'lease':
      return `lease ${entry.namespace}/${entry.name}`;
    case 'kube-object':
      return `${entry.objectKind} ${entry.namespace === undefined ? '' : `${entry.namespace}/`}${entry.name}`;
    default:
      return `${entry.kind.replace('-', ' ')} ${entry.name}`;
  }
}

function describePlace(place: Place): string {
  if (place.at === 'host') return 'on this machine';
  return place.at === 'node' ? `on node ${place.node}` : `in ${place.at} ${place.name}`;
}
