/**
 * One row of a conntrack table as `conntrack -L` and `conntrack -E` print it (conntrack-tools 1.4.x, default and
 * `-o extended,id` output). The parser takes whatever stands in the line and guesses nothing: a line that is no row is an
 * error value, so that a cut or foreign line can never pass for an empty table.
 *
 * Text and not XML, because text tells all that is read here apart: a row's id is its last word and a program's name is all
 * that follows it, so a cut shows. The tool's XML takes four times the bytes, and is one document that a cut makes useless whole.
 */
import type { ConntrackEntry, ConntrackTuple } from './conntrack-entry.ts';

/** What the tool was asked to print: each row has it, and one without it is cut. */
export interface Printed {
  readonly extended?: boolean;
  readonly id?: boolean;
}

export const EXTENDED_WITH_ID: Printed = { extended: true, id: true };

export interface RejectedLine {
  readonly error: string;
}

export function isRejected(parsed: object): parsed is RejectedLine {
  return 'error' in parsed;
}

const SPACE = 32;
const EQUALS = 61;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
/** What a number is that was not printed: none of them is ever negative. */
const ABSENT = -1;

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

/** Parses one row. `-o extended` puts the family first; without it the family is read off the address. */
export function parseConntrackEntry(line: string, printed: Printed = {}): ConntrackEntry | RejectedLine {
  return parseRow(line, 0, line.length, printed);
}

/**
 * The row between `from` and `to`, its end or line break. A hand-written scanner that cuts out only what it keeps, keeps it in
 * variables and makes each object once and whole: a table of 262,144 rows must parse well within a second.
 */
export function parseRow(text: string, from: number, to: number, printed: Printed): ConntrackEntry | RejectedLine {
  let start = wordStart(text, from);
  let end = wordEnd(text, start, to);
  const family = familyAt(text, start, end);
  if (family !== undefined) {
    end = wordEnd(text, wordStart(text, end), to); // the family's number
    start = wordStart(text, end);
    end = wordEnd(text, start, to);
  }
  if (family === undefined && printed.extended === true) return rejected('no family', text, from, to);
  const protocol = protocolAt(text, start, end);
  start = wordStart(text, end);
  end = wordEnd(text, start, to);
  const protocolNumber = decimal(text, start, end);
  if (protocol === '' || protocol.includes('=') || protocolNumber === ABSENT)
    return rejected('no protocol', text, from, to);
  if ((numberOf.get(protocol) ?? protocolNumber) !== protocolNumber || isMisnamed(protocol, protocolNumber))
    return rejected(`protocol ${protocol} is not number ${protocolNumber}`, text, from, to);

  let tuples = 0;
  let originalSrc = '';
  let originalDst = '';
  let originalSport = ABSENT;
  let originalDport = ABSENT;
  let replySrc = '';
  let replyDst = '';
  let replySport = ABSENT;
  let replyDport = ABSENT;
  let seconds = ABSENT;
  let state = '';
  let flags = none;
  let mark = ABSENT;
  let zone = ABSENT;
  let originalZone = ABSENT;
  let replyZone = ABSENT;
  let id = ABSENT;
  let before = start;

  for (start = wordStart(text, end); start < to; before = start, start = wordStart(text, end)) {
    end = wordEnd(text, start, to);
    if (id !== ABSENT) return rejected(`${text.slice(start, end)} behind the id`, text, from, to);
    const word = kindOfWord(text, start, end);
    if (word === 'flag') {
      if (text.charCodeAt(end - 1) !== CLOSE_BRACKET)
        return rejected(`flag ${text.slice(start, end)} is cut`, text, from, to);
      flags = withFlag(flags, text.slice(start + 1, end - 1));
    } else if (word === 'src') {
      tuples += 1;
      if (tuples === 1) originalSrc = text.slice(start + 4, end);
      else if (tuples === 2) replySrc = text.slice(start + 4, end);
      else return rejected('a third tuple', text, from, to);
    } else if (word === 'dst') {
      if (tuples === 0) return rejected('dst before src', text, from, to);
      if (tuples === 1) originalDst = text.slice(start + 4, end);
      // Nearly always the client: one string less.
      else replyDst = isAt(text, originalSrc, start + 4, end) ? originalSrc : text.slice(start + 4, end);
    } else if (word === 'sport' || word === 'dport') {
      const port = decimal(text, start + 6, end);
      if (tuples === 0 || port === ABSENT || port > 65535)
        return rejected(`port ${text.slice(start, end)}`, text, from, to);
      if (word === 'sport') {
        if (tuples === 1) originalSport = port;
        else replySport = port;
      } else if (tuples === 1) originalDport = port;
      else replyDport = port;
    } else if (word === 'mark') {
      mark = decimal(text, start + 5, end);
      if (mark === ABSENT) return rejected('a mark that is no number', text, from, to);
    } else if (word === 'zone') {
      const value = decimal(text, text.indexOf('=', start) + 1, end);
      if (value === ABSENT) return rejected(`zone ${text.slice(start, end)}`, text, from, to);
      if (text.startsWith('zone=', start)) zone = value;
      else if (text.startsWith('zone-orig=', start)) originalZone = value;
      else if (text.startsWith('zone-reply=', start)) replyZone = value;
      else return rejected(`zone ${text.slice(start, end)}`, text, from, to);
    } else if (word === 'id') {
      const value = decimal(text, start + 3, end);
      if (value === ABSENT) return rejected('an id that is no number', text, from, to);
      // `code=0 id=77` of ICMP is the echo's own id, not the row's.
      if (!text.startsWith('code=', before)) id = value;
    } else if (word === 'bare') {
      // A lifetime or a state.
      const value = decimal(text, start, end);
      if (tuples > 0 || state !== '' || (value !== ABSENT && seconds !== ABSENT))
        return rejected(`unexpected ${text.slice(start, end)}`, text, from, to);
      if (value === ABSENT) state = text.slice(start, end);
      else seconds = value;
    }
  }
  if (originalDst === '' || replyDst === '' || originalSrc === '' || replySrc === '')
    return rejected('not two whole tuples', text, from, to);
  const hasPorts = originalSport >= 0 && originalDport >= 0 && replySport >= 0 && replyDport >= 0;
  if (!hasPorts && withPorts.has(protocolNumber)) return rejected('a port is missing', text, from, to);
  if (printed.id === true && id === ABSENT) return rejected('no id: the row is cut', text, from, to);
  const original = tupleOf(originalSrc, originalDst, originalSport, originalDport);
  const reply = tupleOf(replySrc, replyDst, replySport, replyDport);
  const whichFamily = family ?? (originalSrc.includes(':') ? 'ipv6' : 'ipv4');
  const identity = { family: whichFamily, protocol, protocolNumber } as const;
  const noZone = zone === ABSENT && originalZone === ABSENT && replyZone === ABSENT;
  // The two common kinds of row as one object each: what is added to an object later, or spread into it, takes twice as long.
  if (noZone && seconds !== ABSENT && mark !== ABSENT && id !== ABSENT)
    return state === ''
      ? { family: whichFamily, protocol, protocolNumber, timeoutSeconds: seconds, original, reply, flags, mark, id }
      : {
          family: whichFamily,
          protocol,
          protocolNumber,
          timeoutSeconds: seconds,
          state,
          original,
          reply,
          flags,
          mark,
          id,
        };
  return {
    ...identity,
    ...(seconds !== ABSENT && { timeoutSeconds: seconds }),
    ...(state !== '' && { state }),
    original,
    reply,
    flags,
    ...(mark !== ABSENT && { mark }),
    ...(zone !== ABSENT && { zone }),
    ...(originalZone !== ABSENT && { originalZone }),
    ...(replyZone !== ABSENT && { replyZone }),
    ...(id !== ABSENT && { id }),
  };
}

function tupleOf(src: string, dst: string, sport: number, dport: number): ConntrackTuple {
  if (sport !== ABSENT && dport !== ABSENT) return { src, dst, sport, dport };
  return { src, dst, ...(sport !== ABSENT && { sport }), ...(dport !== ABSENT && { dport }) };
}

function familyAt(text: string, start: number, end: number): ConntrackEntry['family'] | undefined {
  if (end - start !== 4) return undefined;
  if (text.startsWith('ipv4', start)) return 'ipv4';
  return text.startsWith('ipv6', start) ? 'ipv6' : undefined;
}

/** A word that is cut out is a new string, and each look into a map would begin by hashing it. */
function protocolAt(text: string, start: number, end: number): string {
  if (isAt(text, 'tcp', start, end)) return 'tcp';
  return isAt(text, 'udp', start, end) ? 'udp' : text.slice(start, end);
}

function isAt(text: string, word: string, start: number, end: number): boolean {
  return end - start === word.length && text.startsWith(word, start);
}

type Word = 'flag' | 'src' | 'dst' | 'sport' | 'dport' | 'mark' | 'zone' | 'id' | 'bare' | 'other';

/** By its first letter, because most words are decided by it. */
function kindOfWord(text: string, start: number, end: number): Word {
  switch (text.charCodeAt(start)) {
    case OPEN_BRACKET:
      return 'flag';
    case 0x73: // s
      if (text.startsWith('src=', start)) return 'src';
      if (text.startsWith('sport=', start)) return 'sport';
      break;
    case 0x64: // d
      if (text.startsWith('dst=', start)) return 'dst';
      if (text.startsWith('dport=', start)) return 'dport';
      break;
    case 0x6d: // m
      if (text.startsWith('mark=', start)) return 'mark';
      break;
    case 0x7a: // z
      if (text.startsWith('zone', start)) return 'zone';
      break;
    case 0x69: // i
      if (text.startsWith('id=', start)) return 'id';
      break;
  }
  // packets=, bytes=, use=, type=, code=, secctx=, … are not needed here.
  return hasEquals(text, start, end) ? 'other' : 'bare';
}

/** Another name for a number that has one: `p 17`, when the beginning of `udp` is lost. */
function isMisnamed(protocol: string, protocolNumber: number): boolean {
  return namedNumbers.has(protocolNumber) && !numberOf.has(protocol) && protocol !== 'unknown';
}

function wordStart(text: string, from: number): number {
  let start = from;
  while (text.charCodeAt(start) === SPACE) start += 1;
  return start;
}

/** Its end within the row, which ends at `to`. Words are short: a call of indexOf takes longer than looking. */
function wordEnd(text: string, start: number, to: number): number {
  let end = start;
  while (end < to && text.charCodeAt(end) !== SPACE) end += 1;
  return end;
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

/** ABSENT where there is no decimal number of at most 15 digits. */
function decimal(line: string, start: number, end: number): number {
  if (end <= start || end - start > 15) return ABSENT;
  let value = 0;
  for (let index = start; index < end; index += 1) {
    const digit = line.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return ABSENT;
    value = value * 10 + digit;
  }
  return value;
}

function rejected(reason: string, text: string, from: number, to: number): RejectedLine {
  const line = text.slice(from, Math.min(to, from + 200));
  return { error: `${reason.slice(0, 100)}: ${line}${to - from > 200 ? '…' : ''}` };
}
