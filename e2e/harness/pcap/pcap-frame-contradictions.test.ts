/** Frames whose layers contradict each other: named as malformed, as tcpdump and tshark do, and never read as what they are not. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { decodeFrame, LinkType } from './pcap-frame.ts';
import { ipv6Text } from './pcap-address.ts';

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');
const macs = '020000000001 020000000002';
const addresses4 = '0af40105 0af40207';
const addresses6 = 'fd000010024400010000000000000005 fd000010024400020000000000000007';
const hello = '68656c6c6f';
const number = (value: number): string => value.toString(16).padStart(4, '0');
const ipv4 = (protocol: string, payload: string, options: { length?: number; fragment?: string } = {}): string =>
  `4500 ${number(options.length ?? 20 + hex(payload).length)} 0000 ${options.fragment ?? '4000'} 40${protocol} 0000 ${addresses4} ${payload}`;
const ipv6 = (next: string, payload: string): string =>
  `6000 0000 ${number(hex(payload).length)} ${next}40 ${addresses6} ${payload}`;
const udp = (length: number): string => `0fa0 2328 ${number(length)} 0000 ${hello}`;
const tcp = (offset: number, flags = '04'): string =>
  `1f90 0050 00000001 00000002 ${offset.toString(16)}0${flags} 0200 0000 0000`;

describe('frames that contradict themselves', () => {
  const cases: (readonly [string, number, string, RegExp])[] = [
    [
      'IPv6 behind the EtherType of IPv4',
      1,
      `${macs} 0800 ${ipv6('11', udp(13))}`,
      /^EtherType 0x800 holds IP version 6$/,
    ],
    [
      'IPv4 behind the EtherType of IPv6',
      1,
      `${macs} 86dd ${ipv4('11', udp(13))}`,
      /^EtherType 0x86dd holds IP version 4$/,
    ],
    ['no IP at all behind its EtherType', 1, `${macs} 0800 ${'00'.repeat(20)}`, /^EtherType 0x800 holds IP version 0$/],
    ['IPv6 on a link of IPv4', LinkType.IPV4, ipv6('11', udp(13)), /^link type 228 holds IP version 6$/],
    ['IPv4 on a link of IPv6', LinkType.IPV6, ipv4('11', udp(13)), /^link type 229 holds IP version 4$/],
    [
      'IPv6 behind the family of IPv4',
      LinkType.NULL,
      `02000000 ${ipv6('11', udp(13))}`,
      /^address family 2 holds IP version 6$/,
    ],
    [
      'IPv4 behind the family of IPv6',
      LinkType.LOOP,
      `0000001e ${ipv4('11', udp(13))}`,
      /^address family 30 holds IP version 4$/,
    ],
    [
      'a family that is not decoded',
      LinkType.NULL,
      `07000000 ${ipv4('11', udp(13))}`,
      /^address family 7 is not decoded$/,
    ],
    ...[1, 7].map(
      (length) =>
        [
          `a UDP length of ${length}`,
          101,
          ipv4('11', udp(length)),
          new RegExp(`^UDP length ${length} below its header$`),
        ] as const,
    ),
    ['a UDP length beyond its packet', 101, ipv4('11', udp(14)), /^UDP length 14 beyond the 13 bytes that IP carries$/],
    [
      'a UDP length beyond its IPv6 packet',
      101,
      ipv6('11', udp(200)),
      /^UDP length 200 beyond the 13 bytes that IP carries$/,
    ],
    ['a TCP offset below its header', 101, ipv4('06', tcp(4)), /^TCP header length 16$/],
    [
      'a TCP offset beyond its segment',
      101,
      ipv4('06', tcp(15)),
      /^TCP header length 60 beyond the segment of 20 bytes$/,
    ],
    ['a VLAN tag that is cut off', 1, `${macs} 8100 00`, /^VLAN tag cut off$/],
    ['a second VLAN tag that is cut off', 1, `${macs} 88a8 0001 8100 0002`, /^VLAN tag cut off$/],
    ['an authentication header that is cut off', 101, ipv4('33', '0604 0000'), /^IPv4 authentication header cut off$/],
    [
      'an authentication header beyond its packet',
      101,
      ipv4('33', `06ff 0000 ${'00'.repeat(8)}`),
      /^IPv4 authentication header longer than the packet$/,
    ],
  ];
  for (const [name, linkType, bytes, text] of cases)
    it(name, () => {
      const frame = decodeFrame(hex(bytes), linkType);
      expect(frame.malformed).to.match(text);
      expect(frame.transport).to.equal(undefined);
    });

  it('both orders of the loopback family, and every number of IPv6', () => {
    for (const family of ['02000000', '00000002'])
      expect(decodeFrame(hex(`${family} ${ipv4('11', udp(13))}`), LinkType.NULL).transport?.protocol).to.equal('udp');
    for (const family of ['18', '1c', '1e', '0a'])
      expect(decodeFrame(hex(`000000${family} ${ipv6('11', udp(13))}`), LinkType.NULL).malformed).to.equal(undefined);
  });

  it('what the capture cut off, or offloads left out, contradicts nothing', () => {
    // 20 of 60 header bytes kept; the segment is whole on the wire.
    const cut = decodeFrame(hex(ipv4('06', tcp(15), { length: 100 })), 101);
    expect(cut.malformed).to.equal(undefined);
    expect(cut.transport).to.include({ protocol: 'tcp', payloadLength: 20 });
    expect(cut.transport?.payload.length).to.equal(0);
    // The first fragment of a datagram carries the length of all of it.
    expect(decodeFrame(hex(ipv4('11', udp(2000), { fragment: '2000' })), 101).malformed).to.equal(undefined);
    // A UDP length of 0: the datagram is longer than the field can say.
    expect(decodeFrame(hex(ipv4('11', udp(0))), 101).transport?.payload.toString()).to.equal('hello');
  });

  it('passes an authentication header after IPv4', () => {
    const header = '1104 0000 00000001 00000002 0102030405060708090a0b0c';
    const frame = decodeFrame(hex(ipv4('33', `${header} ${udp(13)}`)), 101);
    expect(frame.ip).to.deep.include({ protocol: 17, extensions: [51], payloadLength: 13 });
    expect(frame.transport?.payload.toString()).to.equal('hello');
    expect(decodeFrame(hex(ipv4('33', header, { fragment: '0010' })), 101)).to.deep.include({
      malformed: undefined,
      transport: undefined,
    });
  });

  it('writes IPv4-mapped addresses as RFC 5952 asks', () => {
    const mapped = `${'0'.repeat(20)}ffff01020304`;
    expect(ipv6Text(hex(mapped), 0)).to.equal('::ffff:1.2.3.4');
    expect(ipv6Text(hex(`${'0'.repeat(24)}01020304`), 0)).to.equal('::102:304');
    expect(ipv6Text(hex(`${'0'.repeat(16)}ffff000001020304`), 0)).to.equal('::ffff:0:102:304');
  });

  it('tells how many bytes a segment carries, also where they were cut off', () => {
    const whole = decodeFrame(hex(ipv4('06', `${tcp(5)} ${hello}`)), 101);
    expect(whole.transport).to.include({ protocol: 'tcp', payloadLength: 5 });
    const cut = decodeFrame(hex(ipv4('06', tcp(5), { length: 1040 })), 101);
    expect(cut.transport).to.include({ protocol: 'tcp', payloadLength: 1000 });
    // Segmentation offload: IP says 0, the record says what was on the wire.
    const offloaded = decodeFrame(hex(ipv4('06', `${tcp(5)} ${hello}`, { length: 0 })), 101, 70_000);
    expect(offloaded.transport).to.include({ protocol: 'tcp', payloadLength: 70_005 });
  });
});
