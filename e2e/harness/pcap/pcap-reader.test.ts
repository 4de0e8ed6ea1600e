import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { PcapFormatError, readPackets, type Packet } from './pcap-reader.ts';
import { udpFrame, writeCapture, type Dialect, type PacketToWrite } from './pcap-writer.ts';

const dialects: readonly Dialect[] = (['pcap', 'pcapng'] as const).flatMap((format) =>
  [true, false].flatMap((littleEndian) => [true, false].map((nanos) => ({ format, littleEndian, nanos, linkType: 1 }))),
);
const name = (d: Dialect): string => `${d.format} ${d.littleEndian ? 'little' : 'big'}-endian ${d.nanos ? 'ns' : 'µs'}`;

const hello = udpFrame({
  source: '10.244.1.5',
  destination: '10.244.2.7',
  sourcePort: 4000,
  destinationPort: 9000,
  payload: Buffer.from('hello'),
});

async function readAll(
  bytes: Uint8Array,
  chunk = bytes.length,
): Promise<{ packets: Packet[]; reader: ReturnType<typeof readPackets> }> {
  const reader = readPackets(cut(bytes, chunk));
  const packets: Packet[] = [];
  for await (const packet of reader) packets.push(packet);
  return { packets, reader };
}

function* cut(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('pcap reader', () => {
  for (const dialect of dialects)
    it(`reads back what was written: ${name(dialect)}, whatever the chunks`, async () => {
      const packet = fc.record({
        seconds: fc.integer({ min: 0, max: 4_000_000_000 }),
        micros: fc.integer({ min: 0, max: 999_999 }),
        data: fc.uint8Array({ maxLength: 300 }),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(packet, { maxLength: 12 }), fc.integer({ min: 1, max: 97 }), async (list, chunk) => {
          const written: PacketToWrite[] = list.map((p) => ({
            seconds: p.seconds,
            nanos: p.micros * 1000,
            data: p.data,
          }));
          const { packets, reader } = await readAll(writeCapture(written, dialect), chunk);
          expect(packets.map((p) => [p.seconds, p.nanos, p.data.toString('hex'), p.linkType])).to.deep.equal(
            written.map((p) => [p.seconds, p.nanos, Buffer.from(p.data).toString('hex'), 1]),
          );
          expect(reader.summary).to.include({
            format: dialect.format,
            littleEndian: dialect.littleEndian,
            packets: list.length,
          });
          expect(reader.summary.truncated).to.equal(undefined);
        }),
        { numRuns: 40 },
      );
    });

  it('delivers what stands before a cut and says where the file ends', async () => {
    for (const dialect of dialects) {
      const whole = writeCapture(
        [1, 2, 3].map((seconds) => ({ seconds, nanos: 0, data: hello })),
        dialect,
      );
      const { packets, reader } = await readAll(whole.subarray(0, whole.length - 5), 64);
      expect(packets.length, name(dialect)).to.equal(2);
      const { truncated, bytes } = reader.summary;
      expect(bytes).to.equal(whole.length - 5);
      expect(truncated?.offset).to.equal(whole.length - (truncated?.need ?? 0));
      expect(truncated?.have).to.equal((truncated?.need ?? 0) - 5);
    }
  });

  it('calls an empty file empty and half a header truncated', async () => {
    expect((await readAll(Buffer.alloc(0))).reader.summary).to.deep.include({ format: 'empty', packets: 0, bytes: 0 });
    const header = writeCapture([], { format: 'pcap', littleEndian: true, nanos: false, linkType: 1 });
    expect((await readAll(header)).reader.summary.truncated).to.equal(undefined);
    expect((await readAll(header.subarray(0, 10))).reader.summary.truncated).to.deep.equal({
      offset: 0,
      have: 10,
      need: 24,
    });
    expect((await readAll(header.subarray(0, 3))).reader.summary.truncated).to.deep.equal({
      offset: 0,
      have: 3,
      need: 4,
    });
  });

  it('names what is wrong and where', async () => {
    const gzip = await readAll(Buffer.from('1f8b080000000000', 'hex')).catch((error: unknown) => error);
    expect(String(gzip)).to.match(/neither pcap nor pcapng: magic 1f8b0800 \(gzip: unpack it first\) \(at byte 0\)/);
    const bytes = writeCapture([{ seconds: 1, nanos: 0, data: hello }], {
      format: 'pcap',
      littleEndian: true,
      nanos: false,
      linkType: 1,
    });
    const twice = Buffer.concat([bytes, Buffer.alloc(16, 0xff)]);
    const reader = readPackets([twice]);
    const packets: Packet[] = [];
    const error = await (async () => {
      for await (const packet of reader) packets.push(packet);
    })().catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(PcapFormatError);
    expect((error as PcapFormatError).offset).to.equal(bytes.length);
    expect(packets.length, 'packets before the damage').to.equal(1);
  });

  it('keeps the sections of a pcapng file apart', async () => {
    const one = writeCapture([{ seconds: 1, nanos: 0, data: hello }], {
      format: 'pcapng',
      littleEndian: true,
      nanos: true,
      linkType: 1,
    });
    const two = writeCapture([{ seconds: 2, nanos: 0, data: hello }], {
      format: 'pcapng',
      littleEndian: false,
      nanos: false,
      linkType: 101,
    });
    const { packets, reader } = await readAll(Buffer.concat([one, two]), 7);
    expect(packets.map((p) => [p.seconds, p.linkType])).to.deep.equal([
      [1, 1],
      [2, 101],
    ]);
    expect(reader.summary.linkTypes).to.deep.equal([1, 101]);
  });
});
