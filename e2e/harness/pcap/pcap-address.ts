/** Addresses as text. A capture holds few addresses many times, and writing one takes longer than reading the rest of its frame. */

const SLOTS = 1024;

/** The texts of the addresses seen last, by their bytes; a newer address takes the slot of an older one, so that memory is bounded. */
class AddressTexts {
  readonly #length: number;
  readonly #write: (data: Uint8Array, at: number) => string;
  readonly #known: Uint8Array;
  readonly #texts: (string | undefined)[] = new Array<string | undefined>(SLOTS).fill(undefined);

  constructor(length: number, write: (data: Uint8Array, at: number) => string) {
    this.#length = length;
    this.#write = write;
    this.#known = new Uint8Array(SLOTS * length);
  }

  /** Of the bytes from `at` on; the caller has seen that they are there. */
  text(data: Uint8Array, at: number): string {
    const length = this.#length;
    const known = this.#known;
    let hash = 0;
    for (let index = 0; index < length; index++) hash = (Math.imul(hash, 31) + (data[at + index] as number)) | 0;
    const slot = (hash ^ (hash >>> 10)) & (SLOTS - 1);
    const text = this.#texts[slot];
    if (text !== undefined) {
      let index = 0;
      while (index < length && known[slot * length + index] === data[at + index]) index++;
      if (index === length) return text;
    }
    known.set(data.subarray(at, at + length), slot * length);
    return (this.#texts[slot] = this.#write(data, at));
  }
}

const macs = new AddressTexts(6, (data, at) =>
  Array.from(data.subarray(at, at + 6), (byte) => byte.toString(16).padStart(2, '0')).join(':'),
);
const ipv4 = new AddressTexts(4, dotted);
const ipv6 = new AddressTexts(16, writeIpv6);

/** Six bytes, lower-case hex with colons. */
export function macText(data: Uint8Array, at: number): string {
  return macs.text(data, at);
}

/** Four bytes, dotted. */
export function ipv4Text(data: Uint8Array, at: number): string {
  return ipv4.text(data, at);
}

/** Sixteen bytes as RFC 5952 asks: lower case, no leading zeros, the longest run of two or more zero groups shortened, IPv4-mapped addresses dotted. */
export function ipv6Text(data: Uint8Array, at: number): string {
  return ipv6.text(data, at);
}

function dotted(data: Uint8Array, at: number): string {
  return data.subarray(at, at + 4).join('.');
}

function writeIpv6(data: Uint8Array, at: number): string {
  const groups: number[] = [];
  for (let index = at; index < at + 16; index += 2)
    groups.push(((data[index] as number) << 8) | (data[index + 1] as number));
  if (groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0))
    return `::ffff:${dotted(data, at + 12)}`;
  let [bestStart, bestLength] = [-1, 1];
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > bestLength) [bestStart, bestLength] = [start, length];
  }
  const text = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  return bestStart < 0 ? text(0, 8) : `${text(0, bestStart)}::${text(bestStart + bestLength, 8)}`;
}
