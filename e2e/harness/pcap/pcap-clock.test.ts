import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { Clock } from './pcap-clock.ts';
import { MAX_SECONDS } from './pcap-packet.ts';

/** The definition, in integers without bounds. */
function defined(units: bigint, resolution: number, offset: bigint): { fits: boolean; seconds: number; nanos: number } {
  const exponent = BigInt(resolution & 0x7f);
  const perSecond = (resolution & 0x80) === 0 ? 10n ** exponent : 2n ** exponent;
  const seconds = units / perSecond + offset;
  const nanos = ((units % perSecond) * 1_000_000_000n) / perSecond;
  const fits = seconds <= BigInt(MAX_SECONDS) && seconds >= -BigInt(MAX_SECONDS);
  return { fits, seconds: Number(seconds), nanos: Number(nanos) };
}

const split = (units: bigint, resolution: number, offset: bigint): ReturnType<typeof defined> => {
  const out = { seconds: 0, nanos: 0 };
  const fits = new Clock(resolution, offset).split(Number(units >> 32n), Number(units & 0xffff_ffffn), out);
  return { fits, ...out };
};

describe('clock of a pcapng interface', () => {
  it('gives seconds and nanoseconds exactly, for every resolution', () => {
    const resolution = fc.oneof(
      fc.constantFrom(0, 3, 6, 9),
      fc.integer({ min: 0, max: 19 }),
      fc.integer({ min: 0x80, max: 0x80 + 63 }),
    );
    const offset = fc.bigInt({ min: -(10n ** 6n), max: 10n ** 6n });
    const about = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    // Where a rounded quotient is most likely wrong: next to a whole second.
    const edge = fc.tuple(fc.bigInt({ min: 0n, max: 2n ** 34n }), fc.integer({ min: -2, max: 2 }));
    fc.assert(
      fc.property(resolution, offset, about, edge, (code, shift, any, [second, beside]) => {
        const perSecond = (code & 0x80) === 0 ? 10n ** BigInt(code) : 2n ** BigInt(code & 0x7f);
        const near = second * perSecond + BigInt(beside);
        for (const units of [any, near]) {
          if (units < 0n || units >= 2n ** 64n) continue;
          const expected = defined(units, code, shift);
          const ours = split(units, code, shift);
          expect(ours.fits).to.equal(expected.fits);
          if (expected.fits) expect(ours).to.deep.equal(expected);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses what 64 bits do not hold, and says when a time is beyond a Date', () => {
    expect(() => new Clock(20)).to.throw(RangeError, 'clock of 10^-20 s');
    expect(() => new Clock(0x80 + 64)).to.throw(RangeError, 'clock of 2^-64 s');
    expect(split(2n ** 64n - 1n, 6, 0n)).to.deep.include({ fits: false, seconds: 18_446_744_073_709 });
    expect(split(8_640_000_000_001n, 0, -1n)).to.deep.equal({ fits: true, seconds: MAX_SECONDS, nanos: 0 });
    expect(split(0n, 6, -(2n ** 63n)).fits).to.equal(false);
  });
});
