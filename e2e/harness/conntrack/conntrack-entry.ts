/**
 * One row of a conntrack table as `conntrack -L` and `conntrack -E` print it (conntrack-tools 1.4.x, default and
 * `-o extended,id` output). The parser takes whatever stands in the line and guesses nothing: a line that is no row is an
 * error value, so that a cut or foreign line can never pass for an empty table.
 */
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
  readonly zone?: number;
  /** The kernel's id, printed with `-o id`: the same for the life of the row, and often for the next row of its flow; see sameRow. */
  readonly id?: number;
}

export interface RejectedLine {
  readonly error: string;
}

type Loose<T> = { -readonly [K in keyof T]: T[K] };
type LooseTuple = Loose<ConntrackTuple>;

const SPACE = 32;
const EQUALS = 61;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;

/** Nearly every row has one of these, and an array of its own for each would be a tenth of the work. */
const none: readonly string[] = [];
const assured: readonly string[] = ['ASSURED'];
const unreplied: readonly string[] = ['UNREPLIED'];

const families: Readonly<Record<string, ConntrackEntry['family']>> = { ipv4: 'ipv4', ipv6: 'ipv6' };

/** Parses one row. `-o extended` puts the family first; without it the family is read off the address. */
export function parseConntrackEntry(line: string): ConntrackEntry | RejectedLine {
  // A hand-written scanner that cuts out only what it keeps: a table of 262,144 rows must parse within a second.
  let start = wordStart(line, 0);
  let end = wordEnd(line, start);
  const family = families[line.slice(start, end)];
  if (family !== undefined) {
    end = wordEnd(line, wordStart(line, end)); // the family's number
    start = wordStart(line, end);
    end = wordEnd(line, start);
  }
  const protocol = line.slice(start, end);
  start = wordStart(line, end);
  end = wordEnd(line, start);
  const protocolNumber = decimal(line, start, end);
  if (protocol === '' || protocol.includes('=') || protocolNumber === undefined) return reject('no protocol', line);

  const original: LooseTuple = { src: '', dst: '' };
  const reply: LooseTuple = { src: '', dst: '' };
  const entry: Loose<ConntrackEntry> = { family: 'ipv4', protocol, protocolNumber, original, reply, flags: none };
  let tuple: LooseTuple | undefined;

  for (start = wordStart(line, end); start < line.length; start = wordStart(line, end)) {
    end = wordEnd(line, start);
    if (line.charCodeAt(start) === OPEN_BRACKET) {
      if (line.charCodeAt(end - 1) !== CLOSE_BRACKET) return reject(`flag ${line.slice(start, end)} is cut`, line);
      entry.flags = withFlag(entry.flags, line.slice(start + 1, end - 1));
    } else if (line.startsWith('src=', start)) {
      if (tuple === reply) return reject('a third tuple', line);
      tuple = tuple === undefined ? original : reply;
      tuple.src = line.slice(start + 4, end);
    } else if (line.startsWith('dst=', start)) {
      if (tuple === undefined) return reject('dst before src', line);
      tuple.dst = line.slice(start + 4, end);
    } else if (line.startsWith('sport=', start) || line.startsWith('dport=', start)) {
      const port = decimal(line, start + 6, end);
      if (tuple === undefined || port === undefined || port > 65535)
        return reject(`port ${line.slice(start, end)}`, line);
      if (line.startsWith('s', start)) tuple.sport = port;
      else tuple.dport = port;
    } else if (line.startsWith('mark=', start)) assign(entry, 'mark', decimal(line, start + 5, end));
    else if (line.startsWith('zone=', start)) assign(entry, 'zone', decimal(line, start + 5, end));
    else if (line.startsWith('id=', start)) {
      const id = decimal(line, start + 3, end);
      if (id === undefined) return reject('an id that is no number', line);
      entry.id = id;
    } else if (!hasEquals(line, start, end)) {
      // packets=, bytes=, use=, type=, code=, secctx=, … are not needed here; a bare word is a lifetime or a state.
      if (tuple !== undefined) return reject(`unexpected ${line.slice(start, end)}`, line);
      const seconds = entry.timeoutSeconds === undefined ? decimal(line, start, end) : undefined;
      if (seconds === undefined) entry.state = line.slice(start, end);
      else entry.timeoutSeconds = seconds;
    }
  }
  if (original.dst === '' || reply.dst === '' || original.src === '' || reply.src === '')
    return reject('not two whole tuples', line);
  entry.family = family ?? (original.src.includes(':') ? 'ipv6' : 'ipv4');
  return entry;
}

function wordStart(line: string, from: number): number {
  let start = from;
  while (line.charCodeAt(start) === SPACE) start += 1;
  return start;
}

function wordEnd(line: string, start: number): number {
  const end = line.indexOf(' ', start);
  return end === -1 ? line.length : end;
}

function hasEquals(line: string, start: number, end: number): boolean {
  for (let index = start; index < end; index += 1) if (line.charCodeAt(index) === EQUALS) return true;
  return false;
}

function withFlag(flags: readonly string[], flag: string): readonly string[] {
  if (flags.length > 0) return [...flags, flag];
  if (flag === 'ASSURED') return assured;
  return flag === 'UNREPLIED' ? unreplied : [flag];
}

function assign(entry: Loose<ConntrackEntry>, field: 'mark' | 'zone', value: number | undefined): void {
  if (value !== undefined) entry[field] = value;
}

export function isRejected(parsed: object): parsed is RejectedLine {
  return 'error' in parsed;
}

/**
 * Whether both were read off one row, or off rows that cannot be told apart. The kernel makes the id of the row's place in memory
 * and its original tuple, and a row that is made anew at once often gets the place of the last: the id alone is not enough.
 */
export function sameRow(a: ConntrackEntry, b: ConntrackEntry): boolean {
  return a.id === b.id && a.reply.src === b.reply.src && a.reply.sport === b.reply.sport;
}

/** The row as one short line for messages: `udp 10.0.1.4:12345 -> 10.96.0.9:80, reply from 10.0.2.7:8080 [ASSURED]`. */
export function describeEntry(entry: ConntrackEntry): string {
  const { original, reply } = entry;
  const flags = entry.flags.map((flag) => ` [${flag}]`).join('');
  const life = entry.timeoutSeconds === undefined ? '' : `, ${entry.timeoutSeconds} s left`;
  return `${entry.protocol} ${endpoint(original.src, original.sport)} -> ${endpoint(original.dst, original.dport)}, reply from ${endpoint(reply.src, reply.sport)}${flags}${life}`;
}

export function endpoint(address: string, port: number | undefined): string {
  if (port === undefined) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function decimal(line: string, start: number, end: number): number | undefined {
  if (end <= start || end - start > 15) return undefined;
  let value = 0;
  for (let index = start; index < end; index += 1) {
    const digit = line.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

function reject(reason: string, line: string): RejectedLine {
  return { error: `${reason}: ${line.length > 200 ? `${line.slice(0, 200)}…` : line}` };
}
