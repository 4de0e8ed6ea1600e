/** The reader on files: one buffer, whatever the size, and packets that say when they are asked too late. */
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PcapFormatError, readPacketFile, readPackets, type Packet } from './pcap-reader.ts';
import { udpFrame, writeCapture } from './pcap-writer.ts';

/** Together beyond three windows of a file; some frames are far larger than the others. */
const packets = Array.from({ length: 2000 }, (_, id) => ({
  seconds: 1_700_000_000 + id,
  nanos: 1000 * id,
  data: udpFrame({
    source: `10.244.1.${id % 250}`,
    destination: '10.244.2.7',
    sourcePort: 4000,
    destinationPort: 9000,
    payload: Buffer.alloc(id % 100 === 0 ? 60_000 : id % 97, id),
  }),
}));
const files = (['pcap', 'pcapng'] as const).map(
  (format) => [format, writeCapture(packets, { format, littleEndian: true, nanos: false, linkType: 1 })] as const,
);
const told = (packet: Packet): readonly unknown[] => [
  packet.index,
  packet.epochMs,
  packet.frame.ip?.source,
  packet.data.toString('hex'),
];

describe('pcap reader on a file', () => {
  let folder: string;
  const fileOf = async (name: string, bytes: Uint8Array): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, bytes);
    return path;
  };
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'staleproof-pcap-'))));
  after(() => rm(folder, { recursive: true, force: true }));

  for (const [format, bytes] of files) {
    it(`${format}: reads the same as from memory, and keeps what toArray gives`, async () => {
      const reader = readPacketFile(await fileOf(format, bytes));
      const kept = await reader.toArray();
      const memory = readPackets([bytes]);
      expect(kept.map(told)).to.deep.equal((await memory.toArray()).map(told));
      expect(reader.summary).to.deep.equal(memory.summary);
    });

    it(`${format}: says where a cut file ends`, async () => {
      const reader = readPacketFile(await fileOf(`${format}-cut`, bytes.subarray(0, bytes.length - 7)));
      const memory = readPackets([bytes.subarray(0, bytes.length - 7)]);
      await Promise.all([reader.toArray(), memory.toArray()]);
      expect(reader.summary).to.deep.equal(memory.summary);
      expect(reader.summary.truncated).to.include({ offset: bytes.length - (reader.summary.truncated?.need ?? 0) });
    });
  }

  it('a packet that is asked when its batch is over says so; what was asked before stays', async () => {
    const [, bytes] = files[0] as (typeof files)[number];
    const asked: Packet[] = [];
    const notAsked: Packet[] = [];
    for await (const [first, second] of readPacketFile(await fileOf('late', bytes)).batches()) {
      if (first === undefined || second === undefined) continue;
      expect(first.frame.malformed).to.equal(undefined);
      asked.push(first);
      notAsked.push(second);
    }
    expect(asked.length).to.be.above(3);
    for (const packet of asked) expect(packet.frame.ip?.source).to.equal(`10.244.1.${packet.index % 250}`);
    for (const packet of notAsked) {
      expect(() => packet.frame).to.throw(
        `packet ${packet.index}: its data was asked for first when its batch was over`,
      );
      expect(packet.epochMs, 'its own numbers stay').to.equal(
        1000 * (1_700_000_000 + packet.index) + packet.index / 1000,
      );
    }
  });

  it('reads a block that is larger than its buffer, and gives up at a damaged one with the packets before it', async () => {
    const large = writeCapture(
      [
        { seconds: 1, nanos: 0, data: Buffer.alloc(900_000, 7) },
        { seconds: 2, nanos: 0, data: Buffer.alloc(5, 8) },
      ],
      { format: 'pcapng', littleEndian: false, nanos: true, linkType: 1 },
    );
    const path = await fileOf('large', Buffer.concat([large, Buffer.alloc(16, 0xff)]));
    const lengths: number[] = [];
    const error = await (async () => {
      for await (const packet of readPacketFile(path)) lengths.push(packet.data.length);
    })().catch((thrown: unknown) => thrown);
    expect(lengths).to.deep.equal([900_000, 5]);
    expect(error).to.be.instanceOf(PcapFormatError);
    expect((error as PcapFormatError).offset).to.equal(large.length);
  });

  it('is missing: the error of the file system', async () => {
    const error = await readPacketFile(join(folder, 'absent'))
      .toArray()
      .catch((thrown: unknown) => thrown);
    expect(error).to.have.property('code', 'ENOENT');
  });
});
