/**
 * One row of a conntrack table as `conntrack -L` and `conntrack -E` print it (conntrack-tools 1.4.x, default and
 * `-o extended,id` output). The parser takes whatever stands in the line and guesses nothing: a line that is no row is an
 * error value, so that a cut or foreign line can never pass for an empty table.
 *
 * Text and not XML, because text tells all that is read here apart: a row's id is its last word and a program's name is all
 * that follows it, so a cut shows. The tool's XML takes four times the bytes, and is one document that a cut makes useless whole.
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
  /** Of both directions; see originalZone and replyZone for one. Absent is zone 0. */
  readonly zone?: number;
  readonly originalZone?: number;
  readonly replyZone?: number;
  /** The kernel's id, printed with `-o id`: the same for the life of the row, and often for the next row of its flow; see sameRow. */
  readonly id?: number;
}

/** What the tool was asked to print: each row has it, and one without it is cut. */
export interface Printed {
  readonly extended?: boolean;
  readonly id?: boolean;
}

export const EXTENDED_WITH_ID: Printed = { extended: true, id: true };

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

/** As the tool names them. A name that stands before another's number is what a cut left of a line. */
const numberOf: ReadonlyMap<string, number> = new Map([
  ...([
    ['icmp', 1],
    ['tcp', 6],
    ['udp', 17],
    ['dccp', 33],
    ['gre', 47],
  ] as const),
  ...([
    ['icmpv6', 58],
    ['sctp', 132],
    ['udplite', 136],
  ] as const),
]);
const withPorts: ReadonlySet<number> = new Set([6, 17, 33, 132, 136]);
const namedNumbers: ReadonlySet<number> = new Set(numberOf.values());

const families: Readonly<Record<string, ConntrackEntry['family']>> = { ipv4: 'ipv4', ipv6: 'ipv6' };

/** Parses one row. `-o extended` puts the family first; without it the family is read off the address. */
export function parseConntrackEntry(line: string, printed: Printed = {}): ConntrackEntry | RejectedLine {
  // A hand-written scanner that cuts out only what it keeps: a table of 262,144 rows must parse within a second.
  let start = wordStart(line, 0);
  let end = wordEnd(line, start);
  const family = families[line.slice(start, end)];
  if (family !== undefined) {
    end = wordEnd(line, wordStart(line, end)); // the family's number
    start = wordStart(line, end);
    end = wordEnd(line, start);
  }
  if (family === undefined && printed.extended === true) return reject('no family', line);
  const protocol = line.slice(start, end);
  start = wordStart(line, end);
  end = wordEnd(line, start);
  const protocolNumber = decimal(line, start, end);
  if (protocol === '' || protocol.includes('=') || protocolNumber === undefined) return reject('no protocol', line);
  if ((numberOf.get(protocol) ?? protocolNumber) !== protocolNumber || isMisnamed(protocol, protocolNumber))
    return reject(`protocol ${protocol} is not number ${protocolNumber}`, line);

  const original: LooseTuple = { src: '', dst: '' };
  const reply: LooseTuple = { src: '', dst: '' };
  const entry: Loose<ConntrackEntry> = { family: 'ipv4', protocol, protocolNumber, original, reply, flags: none };
  let tuple: LooseTuple | undefined;
  // `code=0 id=77` of ICMP is the echo's own id, not the row's.
  let afterCode = false;

  for (start = wordStart(line, end); start < line.length; start = wordStart(line, end)) {
    end = wordEnd(line, start);
    if (entry.id !== undefined) return reject(`${line.slice(start, end)} behind the id`, line);
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
    } else if (line.startsWith('mark=', start)) {
      if (!assign(entry, 'mark', decimal(line, start + 5, end))) return reject('a mark that is no number', line);
    } else if (line.startsWith('zone', start)) {
      if (!readZone(entry, line, start, end)) return reject(`zone ${line.slice(start, end)}`, line);
    } else if (line.startsWith('id=', start)) {
      const id = decimal(line, start + 3, end);
      if (id === undefined) return reject('an id that is no number', line);
      if (!afterCode) entry.id = id;
    } else if (!hasEquals(line, start, end)) {
      // packets=, bytes=, use=, type=, code=, secctx=, … are not needed here; a bare word is a lifetime or a state.
      if (tuple !== undefined || entry.state !== undefined) return reject(`unexpected ${line.slice(start, end)}`, line);
      const seconds = decimal(line, start, end);
      if (seconds === undefined) entry.state = line.slice(start, end);
      else if (entry.timeoutSeconds === undefined) entry.timeoutSeconds = seconds;
      else return reject(`unexpected ${line.slice(start, end)}`, line);
    }
    afterCode = line.startsWith('code=', start);
  }
  if (original.dst === '' || reply.dst === '' || original.src === '' || reply.src === '')
    return reject('not two whole tuples', line);
  if (withPorts.has(protocolNumber) && !(hasPorts(original) && hasPorts(reply)))
    return reject('a port is missing', line);
  if (printed.id === true && entry.id === undefined) return reject('no id: the row is cut', line);
  entry.family = family ?? (original.src.includes(':') ? 'ipv6' : 'ipv4');
  return entry;
}

/** Another name for a number that has one: `p 17`, when the beginning of `udp` is lost. */
function isMisnamed(protocol: string, protocolNumber: number): boolean {
  return namedNumbers.has(protocolNumber) && !numberOf.has(protocol) && protocol !== 'unknown';
}

function hasPorts({ sport, dport }: ConntrackTuple): boolean {
  return sport !== undefined && dport !== undefined;
}

/** `zone=5`, `zone-orig=5` or `zone-reply=5`. */
function readZone(entry: Loose<ConntrackEntry>, line: string, start: number, end: number): boolean {
  if (line.startsWith('zone=', start)) return assign(entry, 'zone', decimal(line, start + 5, end));
  if (line.startsWith('zone-orig=', start)) return assign(entry, 'originalZone', decimal(line, start + 10, end));
  if (line.startsWith('zone-reply=', start)) return assign(entry, 'replyZone', decimal(line, start + 11, end));
  return false;
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

function assign(
  entry: Loose<ConntrackEntry>,
  field: 'mark' | 'zone' | 'originalZone' | 'replyZone',
  value: number | undefined,
): boolean {
  if (value !== undefined) entry[field] = value;
  return value !== undefined;
}

/** The zone in which packets of one direction are looked up; 0 where none was printed. */
export function zoneOf(entry: ConntrackEntry, direction: 'original' | 'reply'): number {
  return (direction === 'original' ? entry.originalZone : entry.replyZone) ?? entry.zone ?? 0;
}

export function isRejected(parsed: object): parsed is RejectedLine {
  return 'error' in parsed;
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
  return { error: `${reason.slice(0, 100)}: ${line.length > 200 ? `${line.slice(0, 200)}…` : line}` };
}
