/**
 * Whose a frame of somebody else's capture is, by address and time: such a capture holds no nonces. The rule is closed: what is
 * neither the pod's nor another's stays unexplained, and no frame is given to the pod because nobody else claims it.
 */
import { ipv6Text } from '../../../harness/pcap/pcap-address.ts';
import type { Packet } from '../../../harness/pcap/pcap-reader.ts';
import type { Icmp } from '../../../harness/pcap/pcap-transport.ts';

export interface AuditedPod {
  /** As the reader writes them: dotted, or RFC 5952. */
  readonly ips: ReadonlySet<string>;
  /** Lower-case hex with colons; empty when they are not known. */
  readonly macs: ReadonlySet<string>;
  /** Milliseconds since the epoch between which the addresses were the pod's, both included. */
  readonly sinceMs: number;
  readonly untilMs: number;
}

export interface Owner {
  readonly kind: 'pod' | 'other' | 'unexplained';
  /** What it is, without what differs from frame to frame: many frames share one text. */
  readonly what: string;
}

const POD: Owner = { kind: 'pod', what: 'the pod' };
/** Belong to a link, a machine or a group, so that they name nobody: unspecified, loopback, link-local, multicast, broadcast. */
const NAMES_NOBODY =
  /^(0\.|127\.|169\.254\.|2(2[4-9]|3\d)\.|255\.255\.255\.255$|::1?$|fe[89ab][0-9a-f]:|ff[0-9a-f]{2}:)/;
/** Solicitation and advertisement of a neighbour: they name an address that stands in neither end. */
const NEIGHBOUR = new Set([135, 136]);
/** IP in IP, IPv6 in IP, GRE; VXLAN by its number and by Linux's old one, Geneve. */
const TUNNEL_PROTOCOLS = new Set([4, 41, 47]);
const TUNNEL_PORTS = new Set([4789, 8472, 6081]);

export function ownerOf(packet: Packet, pod: AuditedPod): Owner {
  const { link, arp, ip, transport, malformed } = packet.frame;
  const unexplained = (what: string): Owner => ({ kind: 'unexplained', what });
  const onItsLink = isOf(pod.macs, link.source) || isOf(pod.macs, link.destination);
  if (arp !== undefined) {
    const said = `ARP between ${pair(arp.senderIp, arp.targetIp)}`;
    if (pod.ips.has(arp.senderIp) || pod.ips.has(arp.targetIp)) {
      if (pod.macs.size > 0 && pod.ips.has(arp.senderIp) && !pod.macs.has(arp.senderMac))
        return { kind: 'other', what: `ARP of ${arp.senderMac}, which claims the pod's address` };
      return inTime(packet, pod);
    }
    if (!NAMES_NOBODY.test(arp.senderIp)) return { kind: 'other', what: said };
    return onItsLink ? inTime(packet, pod) : unexplained(said);
  }
  if (ip === undefined) {
    if (malformed !== undefined) return unexplained(`malformed: ${malformed}`);
    return onItsLink ? inTime(packet, pod) : unexplained(`EtherType 0x${(link.etherType ?? 0).toString(16)}`);
  }
  const what = `${pair(ip.source, ip.destination)} ${transport?.protocol ?? `protocol ${ip.protocol}`}`;
  const target = neighbourOf(transport);
  if ([ip.source, ip.destination, target].some((address) => address !== undefined && pod.ips.has(address))) {
    const strange = strangeMac(packet, pod);
    if (strange !== undefined) return { kind: 'other', what: strange };
    return malformed === undefined ? inTime(packet, pod) : unexplained(`malformed: ${malformed}`);
  }
  if ([ip.source, ip.destination].every((address) => NAMES_NOBODY.test(address))) {
    // A namespace has a loopback of its own, and each link its link-local addresses: only a MAC tells whose.
    if (onItsLink && malformed === undefined) return inTime(packet, pod);
    return unexplained(malformed === undefined ? what : `malformed: ${malformed}`);
  }
  const ports = transport !== undefined && 'sourcePort' in transport ? [transport.destinationPort] : [];
  if (TUNNEL_PROTOCOLS.has(ip.protocol) || (ip.protocol === 17 && ports.some((port) => TUNNEL_PORTS.has(port))))
    return unexplained(`${what}: a tunnel, whose inner frames are not looked at`);
  return { kind: 'other', what };
}

function inTime({ epochMs }: Packet, { sinceMs, untilMs }: AuditedPod): Owner {
  const bounded = sinceMs > -Infinity || untilMs < Infinity;
  // Simple packet blocks have no time; the reader calls it 0.
  if (bounded && epochMs === 0) return { kind: 'unexplained', what: "the pod's address, without a time" };
  if (epochMs < sinceMs) return { kind: 'other', what: "the pod's address before it was the pod's" };
  if (epochMs > untilMs) return { kind: 'other', what: "the pod's address after it was the pod's" };
  return POD;
}

/** The pod's address on a link of another: an address that two have had in turn. Cooked captures know the sender's MAC only. */
function strangeMac({ frame: { link, ip } }: Packet, { ips, macs }: AuditedPod): string | undefined {
  if (macs.size === 0 || ip === undefined) return undefined;
  const differs = (address: string, mac: string | undefined): boolean =>
    ips.has(address) && mac !== undefined && !isGroup(mac) && !macs.has(mac);
  if (differs(ip.source, link.source)) return `from the pod's address with MAC ${String(link.source)}`;
  if (differs(ip.destination, link.destination)) return `to the pod's address with MAC ${String(link.destination)}`;
  return undefined;
}

const isGroup = (mac: string): boolean => (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;
const isOf = (macs: ReadonlySet<string>, mac: string | undefined): boolean => mac !== undefined && macs.has(mac);
const pair = (one: string, other: string): string => (one < other ? `${one} <-> ${other}` : `${other} <-> ${one}`);

function neighbourOf(transport: Packet['frame']['transport']): string | undefined {
  if (transport?.protocol !== 'icmpv6' || !NEIGHBOUR.has(transport.type)) return undefined;
  const { payload }: Icmp = transport;
  return payload.length < 20 ? undefined : ipv6Text(payload, 4);
}
