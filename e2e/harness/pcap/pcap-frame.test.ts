import { expect } from 'chai';
import { describe, it } from 'mocha';
import { decodeFrame } from './pcap-frame.ts';
import { ipv6Text } from './pcap-address.ts';
import { udpFrame } from './pcap-writer.ts';

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');
const udpHeader = '0fa0 2328 000d 0000';
const hello = '68656c6c6f';
const ipv4 = `4500 0021 0000 4000 4011 0000 0af40105 0af40207 ${udpHeader} ${hello}`;
const ipv6Addresses = 'fd000010024400010000000000000005 fd000010024400020000000000000007';

describe('frame decoding', () => {
  it('reads Ethernet, stacked VLAN tags, IPv4 and UDP', () => {
    const frame = decodeFrame(
      udpFrame({
        sourceMac: '02:42:00:00:00:05',
        source: '10.244.1.5',
        destination: '10.244.2.7',
        sourcePort: 4000,
        destinationPort: 9000,
        vlans: [7, 100],
        payload: Buffer.from('hello'),
      }),
      1,
    );
    expect(frame.link).to.deep.include({
      kind: 'ethernet',
      source: '02:42:00:00:00:05',
      etherType: 0x0800,
      vlans: [7, 100],
    });
    expect(frame.ip).to.include({ source: '10.244.1.5', destination: '10.244.2.7', protocol: 17 });
    expect(frame.transport).to.include({ protocol: 'udp', sourcePort: 4000, destinationPort: 9000 });
    expect(frame.transport?.payload.toString()).to.equal('hello');
  });

  it('leaves out link padding and keeps a payload whose IP length is 0 (segmentation offload)', () => {
    const padded = decodeFrame(hex(`020000000001 020000000002 0800 ${ipv4} ${'00'.repeat(13)}`), 1);
    expect(padded.transport?.payload.toString()).to.equal('hello');
    const offloaded = decodeFrame(hex(`020000000001 020000000002 0800 ${ipv4.replace('0021', '0000')}`), 1);
    expect(offloaded.transport?.payload.toString()).to.equal('hello');
  });

  it('reads SLL, SLL2 with its device, raw IP and the loopback header', () => {
    const sll = decodeFrame(hex(`0004 0001 0006 024200000005 0000 0800 ${ipv4}`), 113);
    expect(sll.link).to.deep.include({ kind: 'sll', source: '02:42:00:00:00:05', packetType: 4 });
    const sll2 = decodeFrame(hex(`0800 0000 0000000c 0001 04 06 0242000000050000 ${ipv4}`), 276);
    expect(sll2.link).to.deep.include({ kind: 'sll2', source: '02:42:00:00:00:05', packetType: 4, interfaceIndex: 12 });
    for (const frame of [sll, sll2, decodeFrame(hex(ipv4), 101), decodeFrame(hex(`02000000 ${ipv4}`), 0)])
      expect(frame.transport?.payload.toString()).to.equal('hello');
  });

  it('walks IPv6 extension headers to the transport', () => {
    // Hop-by-hop (padding), routing, destination options, then a first fragment of UDP.
    const extensions = '2b00 0104 00000000' + '3c00 0000 00000000' + '2c00 0104 00000000' + '1100 0001 00000001';
    const frame = decodeFrame(hex(`6000 0000 002d 0040 ${ipv6Addresses} ${extensions} ${udpHeader} ${hello}`), 101);
    expect(frame.ip?.extensions).to.deep.equal([0, 43, 60, 44]);
    expect(frame.ip).to.include({
      source: 'fd00:10:244:1::5',
      destination: 'fd00:10:244:2::7',
      protocol: 17,
      moreFragments: true,
    });
    expect(frame.transport?.payload.toString()).to.equal('hello');
    const later = decodeFrame(hex(`6000 0000 0010 2c40 ${ipv6Addresses} 1100 0010 00000001 0fa0 2328 000d 0000`), 101);
    expect(later.ip?.fragmentOffset).to.equal(16);
    expect(later.transport, 'a later fragment has no transport header').to.equal(undefined);
  });

  it('reads TCP flags, ARP and ICMPv6', () => {
    const tcp = decodeFrame(
      hex(`4500 0028 0000 4000 4006 0000 0af40105 0af40207 1f90 0050 00000001 00000002 5014 0200 0000 0000`),
      101,
    );
    expect(tcp.transport).to.deep.include({
      protocol: 'tcp',
      sequence: 1,
      acknowledgement: 2,
      flags: { fin: false, syn: false, rst: true, psh: false, ack: true },
      window: 512,
    });
    const arp = decodeFrame(
      hex('ffffffffffff 024200000005 0806 0001 0800 06 04 0001 024200000005 0af40105 000000000000 0af40101'),
      1,
    );
    expect(arp.arp).to.include({
      operation: 1,
      senderIp: '10.244.1.5',
      targetIp: '10.244.1.1',
      senderMac: '02:42:00:00:00:05',
    });
    const nd = decodeFrame(hex(`6000 0000 0008 3aff ${ipv6Addresses} 8700 0000 00000000`), 101);
    expect(nd.transport).to.include({ protocol: 'icmpv6', type: 135 });
  });

  it('names what is cut off instead of throwing', () => {
    const whole = hex(`020000000001 020000000002 0800 ${ipv4}`);
    for (let length = 0; length < whole.length - 5; length++) {
      const frame = decodeFrame(whole.subarray(0, length), 1);
      expect(frame.malformed, `${length} bytes`).to.match(/cut off|empty|length/);
    }
    expect(decodeFrame(whole, 9999).malformed).to.equal('link type 9999 is not decoded');
  });

  it('writes IPv6 addresses as RFC 5952 asks', () => {
    const cases: Record<string, string> = {
      '00000000000000000000000000000000': '::',
      '00000000000000000000000000000001': '::1',
      fe800000000000000000000000000000: 'fe80::',
      '20010db8000000010001000100010001': '2001:db8:0:1:1:1:1:1',
      '20010db8000000000001000000000001': '2001:db8::1:0:0:1',
    };
    for (const [bytes, text] of Object.entries(cases)) expect(ipv6Text(hex(bytes), 0)).to.equal(text);
  });
});
