/** Whose a frame is. The rule is closed: whatever is not the instance's nonce, its echo, or neighbour discovery on its link is foreign. */
import { decodeIp } from '../../../harness/pcap/pcap-ip.ts';
import type { Packet } from '../../../harness/pcap/pcap-packet.ts';
import { decodeTransport, type Icmp, type Transport } from '../../../harness/pcap/pcap-transport.ts';

/** What a file may hold: one pod instance with all addresses it ever had, and the sink it speaks to. */
export interface FrameOwner {
  readonly uid: string;
  readonly macs: ReadonlySet<string>;
  readonly ips: ReadonlySet<string>;
  readonly sinkIp: string;
}

export type Explanation =
  | { readonly kind: 'nonce' | 'echo'; readonly incarnation: string; readonly seq: number }
  | { readonly kind: 'neighbour' }
  | { readonly kind: 'foreign'; readonly text: string };

/** Router and neighbour discovery, redirect, and multicast listener reports, which a kernel sends by itself. */
const NEIGHBOUR_TYPES = new Set([130, 131, 132, 133, 134, 135, 136, 137, 143]);

export function explain(packet: Packet, owner: FrameOwner): Explanation {
  const { frame } = packet;
  const foreign = (why: string): Explanation => ({ kind: 'foreign', text: `${describePacket(packet)}: ${why}` });
  if (frame.malformed !== undefined) return foreign(frame.malformed);
  const { link, arp, ip, transport } = frame;
  if (!onItsLink(link.source, link.destination, link.packetType, owner)) return foreign('neither MAC is the pod’s');
  if (arp !== undefined)
    return owner.ips.has(arp.senderIp) || owner.ips.has(arp.targetIp)
      ? { kind: 'neighbour' }
      : foreign('ARP of another address');
  if (transport?.protocol === 'icmpv6' && NEIGHBOUR_TYPES.has(transport.type)) return { kind: 'neighbour' };
  if (ip === undefined) return foreign('the target speaks nothing like it');
  if (isUnreachable(transport))
    return refusedEcho(transport, owner) ? { kind: 'neighbour' } : foreign('about a datagram of another');
  if (transport?.protocol !== 'udp') return foreign('the target speaks nothing like it');
  const [tag, uid, incarnation = '', seq = ''] = transport.payload.toString('latin1').split('|');
  if (tag !== 'PCB1') return foreign('no nonce');
  if (uid !== owner.uid) return foreign(`nonce of pod UID ${String(uid)}`);
  if (ip.destination === owner.sinkIp && owner.ips.has(ip.source))
    return { kind: 'nonce', incarnation, seq: Number(seq) };
  if (ip.source === owner.sinkIp && owner.ips.has(ip.destination))
    return { kind: 'echo', incarnation, seq: Number(seq) };
  return foreign('its nonce between other addresses');
}

/** Destination unreachable, ICMP and ICMPv6. */
function isUnreachable(transport: Transport | undefined): transport is Icmp {
  if (transport?.protocol === 'icmp') return transport.type === 3;
  return transport?.protocol === 'icmpv6' && transport.type === 1;
}

/** The kernel of a pod whose process has just ended refuses the echoes still under way, and quotes them. */
function refusedEcho(icmp: Icmp, owner: FrameOwner): boolean {
  const quote = icmp.payload.subarray(4);
  const quoted = decodeIp(quote);
  if (typeof quoted === 'string' || quoted.source !== owner.sinkIp || !owner.ips.has(quoted.destination)) return false;
  const udp = decodeTransport(quote, quoted);
  if (typeof udp === 'string' || udp?.protocol !== 'udp') return false;
  return udp.payload.toString('latin1').startsWith(`PCB1|${owner.uid}|`);
}

function onItsLink(
  source: string | undefined,
  destination: string | undefined,
  packetType: number | undefined,
  owner: FrameOwner,
): boolean {
  // A cooked capture knows the sender only: of what the pod received nothing can be said here.
  if (packetType !== undefined) return packetType !== 4 || source === undefined || owner.macs.has(source);
  if (source === undefined || destination === undefined) return true;
  if (owner.macs.has(source) || owner.macs.has(destination)) return true;
  return destination === 'ff:ff:ff:ff:ff:ff' || destination.startsWith('33:33:');
}

/** One line for a person: number, addresses, protocol, the nonce when there is one. */
export function describePacket(packet: Packet): string {
  const { link, arp, ip, transport } = packet.frame;
  const number = `#${packet.index + 1}`;
  const on = link.interfaceIndex === undefined ? '' : ` on interface ${link.interfaceIndex}`;
  if (arp !== undefined) return `${number} ARP ${arp.senderIp} (${arp.senderMac}) asks for ${arp.targetIp}${on}`;
  if (ip === undefined)
    return `${number} ${String(link.source)} > ${String(link.destination)} EtherType 0x${(link.etherType ?? 0).toString(16)}${on}`;
  if (transport === undefined) return `${number} ${ip.source} > ${ip.destination} protocol ${ip.protocol}${on}`;
  if (!('sourcePort' in transport))
    return `${number} ${ip.source} > ${ip.destination} ${transport.protocol} type ${transport.type}${on}`;
  const text = transport.payload.toString('latin1', 0, 60);
  const payload = text.startsWith('PCB1|') ? ` ${text}` : ` ${transport.payload.length} bytes`;
  return `${number} ${ip.source}:${transport.sourcePort} > ${ip.destination}:${transport.destinationPort} ${transport.protocol}${payload}${on}`;
}
