/** A capture as classic pcap with the headers of each packet and nothing of what they carry. */
import { type Packet, readPacketFile } from '../harness/pcap/pcap-reader.ts';
import { type PacketToWrite, writeCapture } from '../harness/pcap/pcap-writer.ts';

/** Throws PcapFormatError for a file that is no capture. */
export async function captureWithoutPayload(path: string): Promise<Buffer> {
  const packets: PacketToWrite[] = [];
  let linkType = 1;
  for await (const packet of readPacketFile(path)) {
    ({ linkType } = packet);
    packets.push({
      seconds: packet.seconds,
      nanos: packet.nanos,
      data: Buffer.from(packet.data.subarray(0, headerLength(packet))),
      originalLength: packet.originalLength,
    });
  }
  return writeCapture(packets, { format: 'pcap', littleEndian: true, nanos: true, linkType });
}

/** Of a protocol that is not decoded only what stands before it is kept; ARP has no payload. */
function headerLength({ data, frame }: Packet): number {
  if (frame.arp !== undefined) return data.length;
  const payload = frame.transport?.payload ?? frame.ip?.payload;
  if (payload === undefined) return Math.min(data.length, ETHERNET_HEADER);
  return payload.length === 0 ? data.length : payload.byteOffset - data.byteOffset;
}

const ETHERNET_HEADER = 14;
