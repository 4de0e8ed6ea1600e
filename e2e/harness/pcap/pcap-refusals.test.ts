/** What the reader refuses, each by its name: files whose bytes would otherwise be read as something that they do not say. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { PcapFormatError, readPackets, type Packet } from './pcap-reader.ts';
import { udpFrame, writeCapture, type Dialect } from './pcap-writer.ts';

const frame = udpFrame({
  source: '10.244.1.5',
  destination: '10.244.2.7',
  sourcePort: 4000,
  destinationPort: 9000,
  payload: Buffer.from('hello!'),
});

/** Offsets in a file of two packets, as `writeCapture` lays it out. */
const At = { version: 4, linkType: 20, record: 24, section: 12, options: 44, block: 60 } as const;

type Patch = readonly [offset: number, bits: 8 | 16 | 32, value: number];

function capture(format: Dialect['format'], littleEndian: boolean, nanos: boolean, patches: readonly Patch[]): Buffer {
  const packets = [1, 2].map((seconds) => ({ seconds, nanos: 0, data: frame }));
  const bytes = writeCapture(packets, { format, littleEndian, nanos, linkType: 1 });
  for (const [offset, bits, value] of patches) {
    if (bits === 8) bytes.writeUInt8(value, offset);
    else if (bits === 16) bytes[littleEndian ? 'writeUInt16LE' : 'writeUInt16BE'](value, offset);
    else bytes[littleEndian ? 'writeUInt32LE' : 'writeUInt32BE'](value, offset);
  }
  return bytes;
}

async function read(bytes: Uint8Array): Promise<{ readonly packets: readonly Packet[]; readonly error: unknown }> {
  const packets: Packet[] = [];
  try {
    for await (const packet of readPackets([bytes])) packets.push(packet);
  } catch (error) {
    return { packets, error };
  }
  return { packets, error: undefined };
}

const second = At.record + 16 + frame.length;
const secondBlock = At.block + 32 + frame.length;

/** Name, format, clock in nanoseconds, patches, what the error says, packets before it. */
const refused: readonly (readonly [string, Dialect['format'], boolean, readonly Patch[], RegExp, number])[] = [
  ['pcap 2.2', 'pcap', false, [[At.version + 2, 16, 2]], /pcap version 2\.2 is not read.*byte 4/, 0],
  ['pcap 2.5', 'pcap', false, [[At.version + 2, 16, 5]], /pcap version 2\.5 is not read/, 0],
  ['pcap 3.4', 'pcap', false, [[At.version, 16, 3]], /pcap version 3\.4 is not read/, 0],
  ['reserved bits', 'pcap', false, [[At.linkType, 32, 0x0001_0001]], /reserved bits .* 0x00010001.*byte 20/, 0],
  ['a million µs', 'pcap', false, [[second + 4, 32, 1_000_000]], /pcap record 1 .* 1000000 µs/, 1],
  ['a milliard ns', 'pcap', true, [[second + 4, 32, 1_000_000_000]], /pcap record 1 .* 1000000000 ns/, 1],
  ['pcapng 1.1', 'pcapng', false, [[At.section + 2, 16, 1]], /pcapng version 1\.1 is not read.*byte 12/, 0],
  ['pcapng 2.0', 'pcapng', false, [[At.section, 16, 2]], /pcapng version 2\.0 is not read/, 0],
  ['pcapng 0.0', 'pcapng', false, [[At.section, 16, 0]], /pcapng version 0\.0 is not read/, 0],
  ['an option beyond its block', 'pcapng', false, [[At.options + 2, 16, 200]], /option 9 .* 200 bytes.*byte 44/, 0],
  ['a damaged option before it', 'pcapng', true, [[At.options, 32, 0xfff0_fff0]], /option 65520 .* 65520 bytes/, 0],
  ['if_tsresol of 2 bytes', 'pcapng', false, [[At.options + 2, 16, 2]], /if_tsresol of 2 bytes, expected 1/, 0],
  ['a clock of 10^-20 s', 'pcapng', false, [[At.options + 4, 8, 20]], /clock of 10\^-20 s/, 0],
  ['a clock of 2^-64 s', 'pcapng', false, [[At.options + 4, 8, 0xc0]], /clock of 2\^-64 s/, 0],
  [
    'a time beyond Date',
    'pcapng',
    false,
    [
      [secondBlock + 12, 32, 0xffff_ffff],
      [secondBlock + 16, 32, 0xffff_ffff],
    ],
    /pcapng packet 1 is timed 18446744073709 s after 1970, beyond a Date/,
    1,
  ],
];

describe('what the pcap reader refuses by name', () => {
  for (const [name, format, nanos, patches, text, before] of refused)
    it(`${format}: ${name}`, async () => {
      for (const littleEndian of [true, false]) {
        const { packets, error } = await read(capture(format, littleEndian, nanos, patches));
        expect(error).to.be.instanceOf(PcapFormatError);
        expect(String(error)).to.match(text);
        expect(packets.length, 'packets before it').to.equal(before);
      }
    });

  it('a pcapng clock offset that leads beyond a Date', async () => {
    // if_tsoffset in place of if_tsresol and the end of options, which the end of the block stands for.
    const options = Buffer.from('0e0008000000000000000080', 'hex');
    const bytes = capture('pcapng', true, false, []);
    options.copy(bytes, At.options);
    expect(String((await read(bytes)).error)).to.match(/pcapng packet 0 is timed -92233720368547\d+ s after 1970/);
  });

  it('options that end in the middle of one', async () => {
    const bytes = capture('pcapng', true, false, [
      [At.options, 16, 2],
      [At.options + 2, 16, 4],
    ]);
    // Four bytes of if_name, then an option header whose eight bytes do not fit.
    bytes.writeUInt32LE(0x0008_000e, At.options + 8);
    expect(String((await read(bytes)).error)).to.match(/option 14 .* 8 bytes/);
  });

  it('but reads what both references read: pcapng 1.2, pcap 2.3, a frame check sequence, reserved bits of pcapng', async () => {
    const fine: (readonly [Dialect['format'], readonly Patch[]])[] = [
      ['pcapng', [[At.section + 2, 16, 2]]],
      ['pcap', [[At.version + 2, 16, 3]]],
      ['pcap', [[At.linkType, 32, 0x4400_0001]]],
      ['pcapng', [[At.options - 6, 16, 77]]],
    ];
    for (const [format, patches] of fine) {
      const { packets, error } = await read(capture(format, true, false, patches));
      expect(error).to.equal(undefined);
      expect(packets.map(({ seconds, frame: { transport } }) => [seconds, transport?.protocol])).to.deep.equal([
        [1, 'udp'],
        [2, 'udp'],
      ]);
    }
  });

  it('takes the lengths of a pcap 2.3 record in either order, as libpcap does', async () => {
    const swapped = capture('pcap', true, false, [
      [At.version + 2, 16, 3],
      [At.record + 8, 32, 9000],
      [At.record + 12, 32, frame.length],
    ]);
    const { packets, error } = await read(swapped);
    expect(error).to.equal(undefined);
    expect(packets.map((packet) => [packet.capturedLength, packet.originalLength])).to.deep.equal([
      [frame.length, 9000],
      [frame.length, frame.length],
    ]);
  });

  it('says that a file of 0 bytes has no header', async () => {
    const reader = readPackets([]);
    expect(await reader.toArray()).to.deep.equal([]);
    expect(reader.summary).to.deep.include({ format: 'empty', truncated: { offset: 0, have: 0, need: 4 } });
  });
});
