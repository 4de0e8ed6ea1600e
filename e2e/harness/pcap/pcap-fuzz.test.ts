/** 10,000 damaged captures: each gives packets and a summary, or one PcapFormatError; never another error, never unbounded memory. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { seededRandom } from '../run/seeded-random.ts';
import { PcapFormatError, readPackets } from './pcap-reader.ts';
import { udpFrame, writeCapture } from './pcap-writer.ts';

const FILES = 10_000;
const seed = Number(process.env['STALEPROOF_FUZZ_SEED'] ?? Date.now() % 2 ** 31);

function originals(): Buffer[] {
  const payload = Buffer.from('PCB1|2d1f|9c|41');
  const frame = udpFrame({
    source: '10.244.1.5',
    destination: '10.244.2.7',
    sourcePort: 4000,
    destinationPort: 9000,
    vlans: [7],
    payload,
  });
  const ipv6 = Buffer.from(
    `33330000000102000000000186dd6000000000200001${'fe80'.padEnd(32, '0')}${'ff02'.padEnd(31, '0')}13a00050200000000${'8700'.padEnd(48, '0')}`,
    'hex',
  );
  const packets = [frame, ipv6, frame, Buffer.alloc(60, 1)].map((data, index) => ({
    seconds: index,
    nanos: 5000,
    data,
  }));
  return (['pcap', 'pcapng'] as const).flatMap((format) =>
    [true, false].flatMap((littleEndian) =>
      [1, 113, 276, 101].map((linkType) =>
        writeCapture(packets, { format, littleEndian, nanos: littleEndian, linkType }),
      ),
    ),
  );
}

function damage(original: Buffer, next: () => number): Buffer {
  let bytes = Buffer.from(original);
  const pick = (below: number): number => Math.floor(next() * below);
  for (let hits = 1 + pick(6); hits > 0 && bytes.length > 0; hits--) {
    const at = pick(bytes.length);
    switch (pick(6)) {
      case 0:
        bytes[at] = pick(256);
        break;
      case 1:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << pick(8));
        break;
      case 2:
        bytes = bytes.subarray(0, at);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.alloc(pick(9), pick(256)), bytes.subarray(at)]);
        break;
      case 4:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + pick(40)))]);
        break;
      default:
        if (at + 4 <= bytes.length) bytes.writeUInt32LE([0, 1, 0x7fffffff, 0xffffffff, 0xfffffff0][pick(5)] ?? 0, at);
    }
  }
  return bytes;
}

function* cut(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('pcap reader under fuzzing', () => {
  it(`${FILES} damaged files (STALEPROOF_FUZZ_SEED=${seed})`, async function () {
    this.timeout(120_000);
    const next = seededRandom(seed);
    const files = originals();
    const seen = { whole: 0, truncated: 0, refused: 0, packets: 0 };
    const before = process.memoryUsage().rss;
    for (let round = 0; round < FILES; round++) {
      const bytes = damage(files[round % files.length] as Buffer, next);
      const reader = readPackets(cut(bytes, 1 + Math.floor(next() * 400)));
      let read = 0;
      try {
        for await (const packet of reader) {
          read++;
          // The length of a captured packet never exceeds the file, and decoding never throws.
          expect(packet.data.length).to.equal(packet.capturedLength).and.to.be.at.most(bytes.length);
          expect(packet.frame.link.kind).to.be.a('string');
        }
        expect(reader.summary.packets).to.equal(read);
        expect(reader.summary.bytes).to.equal(bytes.length);
        seen[reader.summary.truncated === undefined ? 'whole' : 'truncated']++;
      } catch (error) {
        if (!(error instanceof PcapFormatError)) throw new Error(`round ${round}, seed ${seed}`, { cause: error });
        expect(error.offset).to.be.at.least(0).and.at.most(bytes.length);
        seen.refused++;
      }
      seen.packets += read;
    }
    const grown = (process.memoryUsage().rss - before) / 2 ** 20;
    expect(grown, 'growth of the resident set in MiB').to.be.below(150);
    // All three outcomes must have been exercised, or the fuzzing proves nothing.
    expect(Math.min(seen.whole, seen.truncated, seen.refused), JSON.stringify(seen)).to.be.above(500);
    expect(seen.packets).to.be.above(FILES);
  });
});
