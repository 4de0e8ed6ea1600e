/** A capture in a few lines for a person: time span, conversations by packets, what could not be decoded, where the file ends early. */
import { cutText } from '../../../harness/pcap/pcap-cut.ts';
import { PcapFormatError, readPackets, type Packet } from '../../../harness/pcap/pcap-reader.ts';

const SHOWN = 12;

export async function summarizeCapture(bytes: Uint8Array): Promise<string> {
  const reader = readPackets([bytes]);
  const conversations = new Map<string, number>();
  let [first, last] = [Infinity, -Infinity];
  let packets = 0;
  let damage: string | undefined;
  try {
    for await (const packet of reader) {
      packets++;
      first = Math.min(first, packet.epochMs);
      last = Math.max(last, packet.epochMs);
      const name = conversation(packet);
      conversations.set(name, (conversations.get(name) ?? 0) + 1);
    }
  } catch (error) {
    if (!(error instanceof PcapFormatError)) throw error;
    damage = error.message;
  }
  const span = packets === 0 ? '' : `, ${new Date(first).toISOString()} + ${((last - first) / 1000).toFixed(3)} s`;
  const lines = [`  ${packets} packets${span}`];
  const largest = [...conversations].sort((a, b) => b[1] - a[1]);
  for (const [name, count] of largest.slice(0, SHOWN)) lines.push(`  ${String(count).padStart(8)}  ${name}`);
  if (largest.length > SHOWN) lines.push(`            and ${largest.length - SHOWN} more conversations`);
  if (damage !== undefined) lines.push(`  damaged: ${damage}`);
  const cut = damage === undefined ? cutText(reader.summary) : undefined;
  if (cut !== undefined) lines.push(`  ${cut}`);
  return lines.join('\n');
}

/** Both directions together: the lower endpoint stands first. A kind of frame that is not decoded is one line for the file. */
function conversation({ frame, linkType }: Packet): string {
  const { link, arp, ip, transport, malformed } = frame;
  if (link.kind === 'unknown') return `link type ${linkType}, which is not decoded`;
  if (malformed !== undefined) return `malformed: ${malformed}`;
  if (arp !== undefined) return 'ARP';
  if (ip === undefined) return `EtherType 0x${(frame.link.etherType ?? 0).toString(16)}`;
  if (transport === undefined) return `${[ip.source, ip.destination].sort().join(' <-> ')} protocol ${ip.protocol}`;
  if (!('sourcePort' in transport)) return `${[ip.source, ip.destination].sort().join(' <-> ')} ${transport.protocol}`;
  const ends = [`${ip.source}:${transport.sourcePort}`, `${ip.destination}:${transport.destinationPort}`];
  return `${ends.sort().join(' <-> ')} ${transport.protocol}`;
}
