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

const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const LETTER_S = 115;

const families: Readonly<Record<string, ConntrackEntry['family']>> = { ipv4: 'ipv4', ipv6: 'ipv6' };

/** Parses one row. `-o extended` puts the family first; without it the family is read off the address. */
export function parseConntrackEntry(line: string): ConntrackEntry | RejectedLine {
  const length = line.length;
  let position = 0;
  // A hand-written scanner: a table of 262,144 rows must parse within a second.
  const next = (): string => {
    while (position < length && line.charCodeAt(position) === 32) position += 1;
    const start = position;
    const end = line.indexOf(' ', start);
    position = end === -1 ? length : end;
    return line.slice(start, position);
  };

  let word = next();
  const family = families[word];
  if (family !== undefined) {
    next(); // the family's number
    word = next();
  }
  const protocol = word;
  const protocolNumber = decimal(next(), 0);
  if (protocol === '' || protocol.includes('=') || protocolNumber === undefined) return reject('no protocol', line);

  const flags: string[] = [];
  const original: LooseTuple = { src: '', dst: '' };
  const reply: LooseTuple = { src: '', dst: '' };
  const entry: Loose<ConntrackEntry> = { family: 'ipv4', protocol, protocolNumber, original, reply, flags };
  let tuple: LooseTuple | undefined;

  for (word = next(); word !== ''; word = next()) {
    const first = word.charCodeAt(0);
    if (first === OPEN_BRACKET) {
      if (word.charCodeAt(word.length - 1) !== CLOSE_BRACKET) return reject(`flag ${word} is cut`, line);
      flags.push(word.slice(1, -1));
    } else if (word.startsWith('src=')) {
      if (tuple === reply) return reject('a third tuple', line);
      tuple = tuple === undefined ? original : reply;
      tuple.src = word.slice(4);
    } else if (word.startsWith('dst=')) {
      if (tuple === undefined) return reject('dst before src', line);
      tuple.dst = word.slice(4);
    } else if (word.startsWith('sport=') || word.startsWith('dport=')) {
      const port = decimal(word, 6);
      if (tuple === undefined || port === undefined || port > 65535) return reject(`port ${word}`, line);
      if (first === LETTER_S) tuple.sport = port;
      else tuple.dport = port;
    } else if (word.startsWith('mark=')) assign(entry, 'mark', decimal(word, 5));
    else if (word.startsWith('zone=')) assign(entry, 'zone', decimal(word, 5));
    else if (word.startsWith('id=')) {
      const id = decimal(word, 3);
      if (id === undefined) return reject('an id that is no number', line);
      entry.id = id;
    } else if (!word.includes('=')) {
      // packets=, bytes=, use=, type=, code=, secctx=, … are not needed here; a bare word is a lifetime or a state.
      if (tuple !== undefined) return reject(`unexpected ${word}`, line);
      const seconds = entry.timeoutSeconds === undefined ? decimal(word, 0) : undefined;
      if (seconds === undefined) entry.state = word;
      else entry.timeoutSeconds = seconds;
    }
  }
  if (original.dst === '' || reply.dst === '' || original.src === '' || reply.src === '')
    return reject('not two whole tuples', line);
  entry.family = family ?? (original.src.includes(':') ? 'ipv6' : 'ipv4');
  return entry;
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

function decimal(text: string, from: number): number | undefined {
  const length = text.length;
  if (length === from || length - from > 15) return undefined;
  let value = 0;
  for (let index = from; index < length; index += 1) {
    const digit = text.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

function reject(reason: string, line: string): RejectedLine {
  return { error: `${reason}: ${line.length > 200 ? `${line.slice(0, 200)}…` : line}` };
}
