/** ARP for Ethernet and IPv4 (RFC 826). */
import { ipv4Text, macText } from './pcap-address.ts';

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
    senderMac: macText(data, 8),
    senderIp: ipv4Text(data, 14),
    targetMac: macText(data, 18),
    targetIp: ipv4Text(data, 24),
  };
}
