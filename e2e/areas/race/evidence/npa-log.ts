/**
 * Reads the network policy agent's log: JSON lines by zap, one msg form per generation of the agent.
 * Forms and where they changed: v1.2.1 and older say `Conntrack cleanup` with a field, v1.3.7 added the ifindex, v1.3.0 the tier.
 */

export interface FlowTuple {
  readonly sourceIp: string;
  readonly sourcePort: number;
  readonly destinationIp: string;
  readonly destinationPort: number;
  /** IANA number: 6 TCP, 17 UDP. */
  readonly protocol: number;
}

export type NpaLogEvent =
  | { readonly type: 'pass-start' | 'hydrated' | 'pass-done' | 'start' }
  | {
      /** `consecutive` says that the agent waited for a second miss. */
      readonly type: 'delete' | 'skip';
      readonly tuple: FlowTuple;
      readonly owner: string;
      readonly consecutive: boolean;
    }
  | {
      readonly type: 'verdict';
      readonly tuple: FlowTuple;
      readonly verdict: string;
      readonly direction: 'ingress' | 'egress' | undefined;
    };

export type NpaLogLine = NpaLogEvent & {
  /** Wall clock of the node, ms since the epoch (the agent writes milliseconds). */
  readonly atMs: number;
  readonly version?: string;
};

const protocolNumbers: Readonly<Record<string, number>> = { ICMP: 1, TCP: 6, UDP: 17, SCTP: 132, ICMPv6: 58 };
const keyForm =
  /Source IP - (\S+) Source port - (\d+) Dest IP - (\S+) Dest port - (\d+) Protocol - (\d+) Owner IP - (\S+?)(?: Ifindex - \d+)?$/;
const flowForm =
  /^Flow Info: +Src IP: (\S+) Src Port: (\d+) Dest IP: (\S+) Dest Port: (\d+) Proto:? (.+?),? Verdict:? (\w+)(?:,? Direction:? (\w+))?/;

/** One line of the log, or undefined when it says nothing about conntrack or flows. Never throws. */
export function parseNpaLogLine(line: string): NpaLogLine | undefined {
  const fields = readJson(line);
  if (fields === undefined) return undefined;
  const event = eventOf(typeof fields['msg'] === 'string' ? fields['msg'].trim() : '', fields);
  if (event === undefined) return undefined;
  return { ...event, atMs: timeOf(fields['ts']) };
}

function eventOf(msg: string, fields: Readonly<Record<string, unknown>>): NpaLogEvent | undefined {
  if (msg.startsWith('Check for any stale entries in the conntrack map')) return { type: 'pass-start' };
  if (msg === 'hydrated local conntrack cache') return { type: 'hydrated' };
  if (msg === 'Done cleanup of conntrack map') return { type: 'pass-done' };
  if (msg.startsWith('Starting network policy agent')) return { type: 'start' };
  if (msg.startsWith('Conntrack cleanup')) return cleanupOf(msg, fields);
  if (msg.startsWith('Flow Info')) return verdictOf(msg, fields);
  return undefined;
}

function cleanupOf(msg: string, fields: Readonly<Record<string, unknown>>): NpaLogEvent | undefined {
  const old = fields['Delete - '];
  const match = keyForm.exec(typeof old === 'string' ? old.trim() : msg);
  if (match === null) return undefined;
  const [, sourceIp = '', sourcePort, destinationIp = '', destinationPort, protocol, owner = ''] = match;
  return {
    type: msg.startsWith('Conntrack cleanup Skip') ? 'skip' : 'delete',
    consecutive: msg.includes('(consecutive miss)'),
    owner,
    tuple: {
      sourceIp,
      sourcePort: Number(sourcePort),
      destinationIp,
      destinationPort: Number(destinationPort),
      protocol: Number(protocol),
    },
  };
}

function verdictOf(msg: string, fields: Readonly<Record<string, unknown>>): NpaLogEvent | undefined {
  const match = flowForm.exec(msg);
  // v1.2.1 and older: the same names as fields of the JSON object.
  const value = (index: number, key: string): string => match?.[index] ?? text(fields[key]);
  const proto = value(5, 'Proto');
  const verdict = value(6, 'Verdict');
  if (verdict === '') return undefined;
  const direction = match?.[7];
  return {
    type: 'verdict',
    verdict,
    direction: direction === 'ingress' || direction === 'egress' ? direction : undefined,
    tuple: {
      sourceIp: value(1, 'Src IP'),
      sourcePort: Number(value(2, 'Src Port')),
      destinationIp: value(3, 'Dest IP'),
      destinationPort: Number(value(4, 'Dest Port')),
      protocol: protocolNumbers[proto] ?? Number(proto),
    },
  };
}

/** In a container's log the runtime puts time, stream and a flag before the agent's own line. */
function readJson(line: string): Readonly<Record<string, unknown>> | undefined {
  const start = line.startsWith('{') ? 0 : (/^\S+ std(?:out|err) [FP] (?=\{)/.exec(line)?.[0].length ?? -1);
  if (start < 0) return undefined;
  try {
    return JSON.parse(line.slice(start)) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

function timeOf(ts: unknown): number {
  return typeof ts === 'number' ? ts * 1000 : Date.parse(text(ts));
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** One text per flow and protocol, for sets. */
export function tupleKey(tuple: FlowTuple): string {
  return `${tuple.protocol} ${tuple.sourceIp} ${tuple.sourcePort} ${tuple.destinationIp} ${tuple.destinationPort}`;
}

/** The tuple of the packets that answer. */
export function reversed(tuple: FlowTuple): FlowTuple {
  return {
    sourceIp: tuple.destinationIp,
    sourcePort: tuple.destinationPort,
    destinationIp: tuple.sourceIp,
    destinationPort: tuple.sourcePort,
    protocol: tuple.protocol,
  };
}
