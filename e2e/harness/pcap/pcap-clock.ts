/** Time stamps of a pcapng interface: 64-bit counts of a unit that each interface chooses. */
import { MAX_SECONDS } from './pcap-packet.ts';

/** Written by `split`, so that a packet costs no object for its time. */
export interface SplitTime {
  seconds: number;
  /** Within the second. */
  nanos: number;
}

/** Beyond it the remainder of a division does not fit into 32 bits beside its error. */
const FAST_UNITS = 1_000_000_000;

export class Clock {
  readonly #unitsPerSecond: bigint;
  readonly #offset: number;
  /** Units in a second and nanoseconds in a unit; 0 where the second is no whole number of nanoseconds in plain numbers. */
  readonly #units: number;
  readonly #nanosPerUnit: number;

  /** `resolution` as in if_tsresol: the low seven bits are a power of 10, or of 2 when the top bit is set. Throws RangeError. */
  constructor(resolution = 6, offsetSeconds = 0n) {
    const exponent = resolution & 0x7f;
    const decimal = (resolution & 0x80) === 0;
    // libpcap's bounds: what 64 bits hold.
    if (exponent > (decimal ? 19 : 63)) throw new RangeError(`clock of ${decimal ? 10 : 2}^-${exponent} s`);
    this.#unitsPerSecond = decimal ? 10n ** BigInt(exponent) : 1n << BigInt(exponent);
    this.#offset = Number(offsetSeconds);
    const nanosPerUnit = decimal && exponent <= 9 ? FAST_UNITS / 10 ** exponent : 0;
    this.#nanosPerUnit = nanosPerUnit;
    this.#units = nanosPerUnit === 0 ? 0 : 10 ** exponent;
  }

  /** Into `out`. False when the time is beyond what a Date holds; `out.seconds` is then about right, for the error's text. */
  split(high: number, low: number, out: SplitTime): boolean {
    const units = this.#units;
    if (units === 0) return this.#splitExactly(high, low, out);
    const whole = Math.floor((high * 0x1_0000_0000 + low) / units);
    // The quotient is off by one at most where it matters: a Date's seconds are far below 2^53. The remainder comes from the
    // low 32 bits alone, where being off by one shows as a value that no remainder has: three times `units` is below 2^32.
    let seconds = whole;
    let rest = (low - Math.imul(whole, units)) >>> 0;
    if (rest >= 0x1_0000_0000 - units) {
      seconds--;
      rest = (rest + units) >>> 0;
    } else if (rest >= units) {
      seconds++;
      rest -= units;
    }
    out.seconds = seconds + this.#offset;
    out.nanos = rest * this.#nanosPerUnit;
    return Math.abs(out.seconds) <= MAX_SECONDS;
  }

  #splitExactly(high: number, low: number, out: SplitTime): boolean {
    const units = (BigInt(high) << 32n) | BigInt(low);
    out.seconds = Number(units / this.#unitsPerSecond) + this.#offset;
    out.nanos = Number(((units % this.#unitsPerSecond) * 1_000_000_000n) / this.#unitsPerSecond);
    return Math.abs(out.seconds) <= MAX_SECONDS;
  }
}
