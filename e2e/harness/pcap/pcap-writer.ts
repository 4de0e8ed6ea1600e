/** Writes small captures in every dialect that the reader knows: material for its tests and its benchmark. */
import { MAGIC_MICROS, MAGIC_NANOS } from './pcap-classic.ts';

export interface PacketToWrite {
  readonly seconds: number;
  readonly nanos: number;
  readonly data: Uint8Array;
  /** Default: the length of `data`. */
  readonly originalLength?: number;
}

export interface Dialect {
  readonly format: 'pcap' | 'pcapng';
  readonly littleEndian: boolean;
  readonly nanos: boolean;
  readonly linkType: number;
}

/** A whole capture file. */
export function writeCapture(packets: readonly PacketToWrite[], dialect: Dialect): Buffer {
  const parts = packets.map((packet) =>
    dialect.format === 'pcap' ? record(packet, dialect) : enhancedBlock(packet, dialect),
  );
  return Buffer.concat([dialect.format === 'pcap' ? fileHeader(dialect) : sectionAndInterface(dialect), ...parts]);
}

/** 16-bit and 32-bit fields one after another in the dialect's byte order. */
function fields(littleEndian: boolean, ...values: readonly (readonly [16 | 32, number])[]): Buffer {
  const out = Buffer.alloc(values.reduce((sum, [bits]) => sum + bits / 8, 0));
  let offset = 0;
  for (const [bits, value] of values) {
    if (bits === 16) offset = littleEndian ? out.writeUInt16LE(value, offset) : out.writeUInt16BE(value, offset);
    else offset = littleEndian ? out.writeUInt32LE(value, offset) : out.writeUInt32BE(value, offset);
  }
  return out;
}

function fileHeader({ littleEndian, nanos, linkType }: Dialect): Buffer {
  const magic = nanos ? MAGIC_NANOS : MAGIC_MICROS;
  return fields(littleEndian, [32, magic], [16, 2], [16, 4], [32, 0], [32, 0], [32, 262_144], [32, linkType]);
}

function record(packet: PacketToWrite, { littleEndian, nanos }: Dialect): Buffer {
  const length = packet.data.length;
  const fraction = nanos ? packet.nanos : Math.floor(packet.nanos / 1000);
  const header = fields(
    littleEndian,
    [32, packet.seconds],
    [32, fraction],
    [32, length],
    [32, packet.originalLength ?? length],
  );
  return Buffer.concat([header, packet.data]);
}

function sectionAndInterface({ littleEndian, nanos, linkType }: Dialect): Buffer {
  const section = block(
    littleEndian,
    0x0a0d0d0a,
    fields(littleEndian, [32, 0x1a2b3c4d], [16, 1], [16, 0], [32, 0xffffffff], [32, 0xffffffff]),
  );
  // if_tsresol, one byte, padded to four; then the end of options.
  const resolution = Buffer.concat([
    fields(littleEndian, [16, 9], [16, 1]),
    Buffer.from([nanos ? 9 : 6, 0, 0, 0, 0, 0, 0, 0]),
  ]);
  const body = Buffer.concat([fields(littleEndian, [16, linkType], [16, 0], [32, 262_144]), resolution]);
  return Buffer.concat([section, block(littleEndian, 1, body)]);
}

function enhancedBlock(packet: PacketToWrite, { littleEndian, nanos }: Dialect): Buffer {
  const units =
    BigInt(packet.seconds) * (nanos ? 1_000_000_000n : 1_000_000n) +
    BigInt(nanos ? packet.nanos : Math.floor(packet.nanos / 1000));
  const length = packet.data.length;
  const header = fields(
    littleEndian,
    [32, 0],
    [32, Number(units >> 32n)],
    [32, Number(units & 0xffffffffn)],
    [32, length],
    [32, packet.originalLength ?? length],
  );
  return block(littleEndian, 6, Buffer.concat([header, packet.data, Buffer.alloc((4 - (length % 4)) % 4)]));
}

function block(littleEndian: boolean, type: number, body: Buffer): Buffer {
  const length = fields(littleEndian, [32, body.length + 12]);
  return Buffer.concat([fields(littleEndian, [32, type]), length, body, length]);
}

/** An Ethernet frame with IPv4 and UDP around the payload, checksums left 0. */
export function udpFrame(options: {
  readonly sourceMac?: string;
  readonly destinationMac?: string;
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly vlans?: readonly number[];
  readonly payload: Uint8Array;
}): Buffer {
  const mac = (text = '02:00:00:00:00:01'): Buffer => Buffer.from(text.replaceAll(':', ''), 'hex');
  const udp = fields(
    false,
    [16, options.sourcePort],
    [16, options.destinationPort],
    [16, 8 + options.payload.length],
    [16, 0],
  );
  const ip = Buffer.concat([
    fields(false, [16, 0x4500], [16, 28 + options.payload.length], [16, 0], [16, 0x4000], [16, 0x4011], [16, 0]),
    Buffer.from(options.source.split('.').map(Number)),
    Buffer.from(options.destination.split('.').map(Number)),
  ]);
  const tags = (options.vlans ?? []).map((id) => fields(false, [16, 0x8100], [16, id]));
  return Buffer.concat([
    mac(options.destinationMac),
    mac(options.sourceMac),
    ...tags,
    fields(false, [16, 0x0800]),
    ip,
    udp,
    options.payload,
  ]);
}
