/** 10,000 damaged captures: each gives packets and a summary, or one PcapFormatError; never another error, never unbounded memory. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { seededRandom } from '../run/seeded-random.ts';
import { damagedCaptures } from './pcap-mutants.ts';
import { PcapFormatError, readPackets, type Packet } from './pcap-reader.ts';

const FILES = 10_000;
const seed = Number(process.env['STALEPROOF_FUZZ_SEED'] ?? Date.now() % 2 ** 31);

function* cut(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** All that the layers can be asked for: addresses and payloads are made then. Returns what is wrong, in words. */
function wrongIn({ frame, data, capturedLength, seconds, nanos }: Packet, most: number): string | undefined {
  const { link, arp, ip, transport, malformed } = frame;
  if (data.length !== capturedLength || data.length > most) return `${data.length} bytes of ${capturedLength}`;
  if (!(nanos >= 0 && nanos < 1e9)) return `${nanos} ns`;
  if (Number.isNaN(Date.parse(new Date(seconds * 1000).toISOString()))) return `${seconds} s`;
  const texts = [
    link.source ?? '',
    link.destination ?? '',
    arp?.senderIp ?? '',
    ip?.source ?? '',
    ip?.destination ?? '',
  ];
  if (texts.some((text) => /undefined|NaN/.test(text))) return texts.join(' ');
  const payloads = [ip?.payload.length ?? 0, transport?.payload.length ?? 0, ip?.payloadLength ?? 0];
  if (payloads.some((length) => length < 0 || length > 2 ** 33)) return `payloads of ${payloads.join(', ')}`;
  if (transport !== undefined && malformed !== undefined) return `a transport beside '${malformed}'`;
  if (transport?.protocol === 'tcp' && transport.payloadLength < 0) return `${transport.payloadLength} bytes of TCP`;
  return undefined;
}

describe('pcap reader under fuzzing', () => {
  it(`${FILES} damaged files (STALEPROOF_FUZZ_SEED=${seed})`, async function () {
    this.timeout(120_000);
    const next = seededRandom(seed);
    const seen = { whole: 0, truncated: 0, refused: 0, packets: 0, malformed: 0 };
    const before = process.memoryUsage().rss;
    let round = 0;
    for (const bytes of damagedCaptures(FILES, next)) {
      const where = `round ${round++}, seed ${seed}`;
      const reader = readPackets(cut(bytes, 1 + Math.floor(next() * 400)));
      let read = 0;
      try {
        for await (const batch of reader.batches())
          for (const packet of batch) {
            read++;
            if (packet.frame.malformed !== undefined) seen.malformed++;
            const wrong = wrongIn(packet, bytes.length);
            if (wrong !== undefined) throw new Error(`packet ${packet.index}: ${wrong}`);
          }
        const { packets, bytes: told, truncated } = reader.summary;
        if (packets !== read || told !== bytes.length) throw new Error(`${packets} of ${read} packets, ${told} bytes`);
        seen[truncated === undefined ? 'whole' : 'truncated']++;
      } catch (error) {
        if (!(error instanceof PcapFormatError)) throw new Error(where, { cause: error });
        if (!(error.offset >= 0 && error.offset <= bytes.length))
          throw new Error(`${where}: its offset`, { cause: error });
        seen.refused++;
      }
      seen.packets += read;
    }
    const grown = (process.memoryUsage().rss - before) / 2 ** 20;
    expect(grown, 'growth of the resident set in MiB').to.be.below(150);
    // Each outcome must have been exercised, or the fuzzing proves nothing.
    const least = Math.min(seen.whole, seen.truncated, seen.refused, seen.malformed);
    expect(least, JSON.stringify(seen)).to.be.above(500);
    expect(seen.packets).to.be.above(FILES);
  });
});
