/** ARP for Ethernet and IPv4 (RFC 826). */
export interface Arp {
  /** 1 request, 2 reply. */
  readonly operation: number;
  readonly senderMac: string;
  readonly senderIp: string;
  readonly targetMac: string;
  readonly targetIp: string;
}

export function decodeArp(data: Buffer): Arp | undefined {
  if (data.length < 28) return undefined;
  if (data.readUInt16BE(0) !== 1 || data.readUInt16BE(2) !== 0x0800) return undefined;
  return {
    operation: data.readUInt16BE(6),
    senderMac: macAt(data, 8),
    senderIp: data.subarray(14, 18).join('.'),
    targetMac: macAt(data, 18),
    targetIp: data.subarray(24, 28).join('.'),
  };
}

function macAt(data: Buffer, offset: number): string {
  return [...data.subarray(offset, offset + 6)].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}
