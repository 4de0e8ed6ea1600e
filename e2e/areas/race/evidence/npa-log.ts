/**
 * Reads the network policy agent's log: JSON lines by zap, one msg form per generation of the agent. Where forms changed:
 * - time is `timestamp` up to 1.0.2, then `ts`; a pass says that it begins from 1.0.7 on, that it has read the map from 1.1.2 on
 * - a delete is a field: the key as numbers up to 1.0.7 (without its owner up to 1.0.5), as text from 1.0.8 on
 * - from 1.2.2 on all is in the message; 1.3.0 added a flow's tier, 1.3.7 the key's ifindex, 1.4.3 skips (debug)
 * - 1.5.0 counts deletes in the line that ends a pass, and tells of each at level debug only
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
  | { readonly type: 'pass-start' | 'hydrated' }
  /** `version` as the build was stamped, without `v`; from 1.4.1 on, and undefined where it was not. */
  | { readonly type: 'start'; readonly version?: string }
  | {
      readonly type: 'pass-done';
      /** What the agent itself counted; from 1.5.0 on. */
      readonly deleted?: number;
      readonly tracked?: number;
    }
  /** The agent could not load or attach its programs for a pod, in its own words. */
  | { readonly type: 'attach-failed'; readonly pod: string; readonly namespace: string; readonly reason: string }
  /** A pass that could not read the kernel's tables or the map, in the agent's words. */
  | { readonly type: 'pass-failed'; readonly reason: string }
  | {
      /** `consecutive` says that the agent waited for a second miss. */
      readonly type: 'delete' | 'skip';
      readonly tuple: FlowTuple;
      /** Empty where the version does not name it. */
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
};

/** `UNKNOWN`, `RESERVED` and `ANY PROTOCOL`: the agent does not say which number it saw. */
const UNNAMED_PROTOCOL = -1;
const protocolNumbers: Readonly<Record<string, number>> = { ICMP: 1, TCP: 6, UDP: 17, SCTP: 132, ICMPv6: 58 };
const keyForm =
  /Source IP - (\S+) Source port - (\d+) Dest IP - (\S+) Dest port - (\d+) Protocol - (\d+) Owner IP - (\S+?)(?: Ifindex - \d+)?$/;
const doneForm = /^Done cleanup of conntrack map(?:: deleted (\d+) stale entries out of (\d+) tracked)?$/;
// From 1.5.0 on programs are loaded before any is attached, and a load that fails has a line of its own.
const attachForm =
  /^Failed to (?:[Aa]ttach eBPF probes for pod|[Aa]ttach (?:In|E)gress TC probe for pod:|load (?:in|e)gress program for pod:) (\S+) (?:in )?namespace (\S+)(?: at interface \d+)? (?:error)?: (.*)$/;
const flowForm =
  /^Flow Info: +Src IP: (\S+) Src Port: (\d+) Dest IP: (\S+) Dest Port: (\d+) Proto:? (.+?),? Verdict:? ([\w/]+)(?:,? Direction:? (\w+))?/;

/** One line of the log, or undefined when it says nothing about conntrack or flows. Never throws. */
export function parseNpaLogLine(line: string): NpaLogLine | undefined {
  const fields = readJson(line);
  if (fields === undefined) return undefined;
  const event = eventOf(typeof fields['msg'] === 'string' ? fields['msg'].trim() : '', fields);
  if (event === undefined) return undefined;
  const atMs = timeOf(fields['ts'] ?? fields['timestamp']);
  return Number.isFinite(atMs) ? { ...event, atMs } : undefined;
}

/** Beginnings and words of what tells of a pass, a key or a flow, in this form or another. */
const aboutFlows = /^Conntrack cleanup|^Flow Info|cleanup of (the )?conntrack|stale entr(y|ies)|hydrat/i;

/** The same in a text that is no line of JSON, wherever it stands. */
const aboutFlowsAnywhere = /Conntrack cleanup|Flow Info|cleanup of (the )?conntrack|stale entr(y|ies)|hydrat|expired/i;

/**
 * What the line says where it seems to be about a pass, a key or a flow in a form that is not known: from such a log nothing
 * follows. Undefined for lines that are read, and for those about something else.
 */
export function unknownForm(line: string): string | undefined {
  const fields = readJson(line);
  const msg = typeof fields?.['msg'] === 'string' ? fields['msg'].trim() : undefined;
  // A piece of a line about something else is nothing that is missed: followers of a busy log see some.
  if (fields === undefined || msg === undefined)
    return aboutFlowsAnywhere.test(line) ? line.trim().slice(0, 200) : undefined;
  if (!aboutFlows.test(msg) || isEntry(msg, fields)) return undefined;
  return parseNpaLogLine(line) === undefined ? line.trim().slice(0, 300) : undefined;
}

/** Up to 1.1.1 a key is told of when it is found, and again when it is deleted. */
function isEntry(msg: string, fields: Readonly<Record<string, unknown>>): boolean {
  return msg === 'Conntrack cleanup' && text(fields['Entry - ']).startsWith('Expired/Delete');
}

function eventOf(msg: string, fields: Readonly<Record<string, unknown>>): NpaLogEvent | undefined {
  if (msg.startsWith('Check for any stale entries in the conntrack map')) return { type: 'pass-start' };
  if (msg === 'hydrated local conntrack cache') return { type: 'hydrated' };
  const done = doneForm.exec(msg);
  if (done !== null)
    return {
      type: 'pass-done',
      ...(done[1] === undefined ? {} : { deleted: Number(done[1]), tracked: Number(done[2]) }),
    };
  if (msg.startsWith('Failed to get mapInfo for conntrack') || msg.startsWith('Failed to read from conntrack table'))
    return { type: 'pass-failed', reason: msg };
  if (msg.startsWith('Starting network policy agent')) {
    const [, version] = /^Starting network policy agent: v?(\d+\.\d+\.\d+[\w.-]*)/.exec(msg) ?? [];
    return { type: 'start', ...(version === undefined ? {} : { version }) };
  }
  const attach = attachForm.exec(msg);
  if (attach !== null) {
    const [, pod = '', namespace = '', reason = ''] = attach;
    return { type: 'attach-failed', pod, namespace, reason };
  }
  if (msg.startsWith('Conntrack cleanup')) return cleanupOf(msg, fields);
  if (msg.startsWith('Flow Info')) return verdictOf(msg, fields);
  return undefined;
}

function cleanupOf(msg: string, fields: Readonly<Record<string, unknown>>): NpaLogEvent | undefined {
  const old = fields['Delete - '];
  if (typeof old === 'object' && old !== null) return deleteOfNumbers(old as Readonly<Record<string, unknown>>);
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

/** The key as the agent's struct has it: an IPv4 address is four bytes of a number, the first one lowest; IPv6 is sixteen. */
function deleteOfNumbers(key: Readonly<Record<string, unknown>>): NpaLogEvent | undefined {
  const [sourceIp, destinationIp] = [addressOf(key['Source_ip']), addressOf(key['Dest_ip'])];
  const [sourcePort, destinationPort] = [key['Source_port'], key['Dest_port']];
  const protocol = key['Protocol'];
  if (sourceIp === undefined || destinationIp === undefined) return undefined;
  if (typeof sourcePort !== 'number' || typeof destinationPort !== 'number' || typeof protocol !== 'number')
    return undefined;
  const tuple = { sourceIp, sourcePort, destinationIp, destinationPort, protocol };
  return { type: 'delete', consecutive: false, owner: addressOf(key['Owner_ip']) ?? '', tuple };
}

function addressOf(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 32)
    return [0, 8, 16, 24].map((shift) => (value >>> shift) & 255).join('.');
  if (!Array.isArray(value) || value.length !== 16) return undefined;
  const bytes = value.map(Number);
  if (!bytes.every((byte) => Number.isInteger(byte) && byte >= 0 && byte < 256)) return undefined;
  const groups = Array.from({ length: 8 }, (_, at) =>
    (((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0)).toString(16),
  );
  // As the kernel and the API print it: the longest run of zeroes is left out.
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
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
      protocol: protocolNumbers[proto] ?? UNNAMED_PROTOCOL,
    },
  };
}

/** In a container's log the runtime puts time, stream and a flag before the agent's own line. */
function readJson(line: string): Readonly<Record<string, unknown>> | undefined {
  const start = line.startsWith('{') ? 0 : (/^\S+ std(?:out|err) [FP] (?=\{)/.exec(line)?.[0].length ?? -1);
  if (start < 0) return undefined;
  try {
    const value: unknown = JSON.parse(line.slice(start));
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
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
