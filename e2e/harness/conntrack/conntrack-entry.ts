/** One row of a conntrack table, as data; conntrack-row.ts reads it off the tool's text. */
export interface ConntrackTuple {
  readonly src: string;
  readonly dst: string;
  /** Absent for protocols without ports. */
  readonly sport?: number;
  readonly dport?: number;
}

export interface ConntrackEntry {
  readonly family: 'ipv4' | 'ipv6';
  /** `udp`, `tcp`, `icmp`, … as printed. */
  readonly protocol: string;
  readonly protocolNumber: number;
  /** Remaining lifetime in seconds; absent in some destroy events. */
  readonly timeoutSeconds?: number;
  /** TCP, SCTP and DCCP only. */
  readonly state?: string;
  readonly original: ConntrackTuple;
  readonly reply: ConntrackTuple;
  /** Words in square brackets: `UNREPLIED`, `ASSURED`, `OFFLOAD`, … */
  readonly flags: readonly string[];
  readonly mark?: number;
  /** Of both directions; see originalZone and replyZone for one. Absent is zone 0. */
  readonly zone?: number;
  readonly originalZone?: number;
  readonly replyZone?: number;
  /** The kernel's id, printed with `-o id`: the same for the life of the row, and often for the next row of its flow; see sameRow. */
  readonly id?: number;
}

/** The zone in which packets of one direction are looked up; 0 where none was printed. */
export function zoneOf(entry: ConntrackEntry, direction: 'original' | 'reply'): number {
  return (direction === 'original' ? entry.originalZone : entry.replyZone) ?? entry.zone ?? 0;
}

/**
 * Whether both were read off one row, or off rows that cannot be told apart. The kernel makes the id of the row's place in memory
 * and its original tuple, and a row that is made anew at once often gets the place of the last: the id alone is not enough.
 */
export function sameRow(a: ConntrackEntry, b: ConntrackEntry): boolean {
  return (
    a.id === b.id &&
    a.reply.src === b.reply.src &&
    a.reply.sport === b.reply.sport &&
    zoneOf(a, 'original') === zoneOf(b, 'original') &&
    zoneOf(a, 'reply') === zoneOf(b, 'reply')
  );
}

/** The row as one short line for messages: `udp 10.0.1.4:12345 -> 10.96.0.9:80, reply from 10.0.2.7:8080 [ASSURED]`. */
export function describeEntry(entry: ConntrackEntry): string {
  const { original, reply } = entry;
  const flags = entry.flags.map((flag) => ` [${flag}]`).join('');
  const life = entry.timeoutSeconds === undefined ? '' : `, ${entry.timeoutSeconds} s left`;
  return `${entry.protocol} ${endpoint(original.src, original.sport)} -> ${endpoint(original.dst, original.dport)}, reply from ${endpoint(reply.src, reply.sport)}${flags}${life}${describeZones(entry)}`;
}

function describeZones(entry: ConntrackEntry): string {
  const [original, reply] = [zoneOf(entry, 'original'), zoneOf(entry, 'reply')];
  if (original === reply) return original === 0 ? '' : `, zone ${original}`;
  return `, zone ${original} (original) and ${reply} (reply)`;
}

export function endpoint(address: string, port: number | undefined): string {
  if (port === undefined) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
