/** Damaged captures for fuzz tests: files of our own of every dialect and link type, hit a few times each. */
import { tcpFrame } from './pcap-frame-writer.ts';
import { udpFrame, writeCapture } from './pcap-writer.ts';

const LINK_TYPES = [0, 1, 101, 113, 228, 276];

function originals(): readonly Buffer[] {
  const udp = { source: '10.244.1.5', destination: '10.244.2.7', sourcePort: 4000, destinationPort: 9000 };
  const tcp = { ...udp, flags: 'P.', payload: Buffer.from('hello') };
  const solicitation = Buffer.from(
    `33330000000102000000000186dd6000000000200001${'fe80'.padEnd(32, '0')}${'ff02'.padEnd(31, '0')}13a00050200000000${'8700'.padEnd(48, '0')}`,
    'hex',
  );
  const arp = Buffer.from(`ffffffffffff0242000000050806000108000604000102420000000500${'00'.repeat(17)}`, 'hex');
  const frames = [
    udpFrame({ ...udp, vlans: [7], payload: Buffer.from('PCB1|2d1f|9c|41') }),
    solicitation,
    tcpFrame({ ...tcp, vlans: [7, 100] }),
    tcpFrame({ ...tcp, source: 'fd00::5', destination: 'fd00::7', optionUnits: 2 }),
    arp,
    Buffer.alloc(60, 1),
  ];
  return (['pcap', 'pcapng'] as const).flatMap((format) =>
    [true, false].flatMap((littleEndian) =>
      LINK_TYPES.map((linkType) => {
        // Links without Ethernet's header carry what stands behind it.
        const bare = linkType === 101 || linkType === 228 ? 14 : 0;
        const packets = frames.map((data, index) => ({ seconds: index, nanos: 5000, data: data.subarray(bare) }));
        return writeCapture(packets, { format, littleEndian, nanos: littleEndian, linkType });
      }),
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

/** `count` files; `next` gives numbers from 0 up to 1, and the same ones give the same files. */
export function* damagedCaptures(count: number, next: () => number): Generator<Buffer> {
  const files = originals();
  for (let round = 0; round < count; round++) yield damage(files[round % files.length] as Buffer, next);
}
