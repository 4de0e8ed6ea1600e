import { expect } from 'chai';
import { describe, it } from 'mocha';
import { tcpFrame } from '../../../harness/pcap/pcap-frame-writer.ts';
import { damagedCaptures } from '../../../harness/pcap/pcap-mutants.ts';
import { readPackets } from '../../../harness/pcap/pcap-reader.ts';
import { udpFrame, writeCapture, type Dialect } from '../../../harness/pcap/pcap-writer.ts';
import { seededRandom } from '../../../harness/run/seeded-random.ts';
import { auditedPod, type AuditFlags } from '../command/capture-audit-options.ts';
import { auditCapture, auditText, auditVerdict, type Audit } from './capture-audit.ts';

const MAC = '02:42:00:00:00:05';
const OTHER_MAC = '02:42:00:00:00:99';
const POD = '10.244.1.5';
const POD6 = 'fd00:10:244:1::5';
const pcap: Dialect = { format: 'pcap', littleEndian: true, nanos: false, linkType: 1 };
const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');
const udp = (source: string, destination: string, more: { port?: number; mac?: string; to?: string } = {}): Buffer =>
  udpFrame({
    source,
    destination,
    sourcePort: 4000,
    destinationPort: more.port ?? 53,
    payload: Buffer.from('hello'),
    sourceMac: more.mac ?? MAC,
    destinationMac: more.to ?? OTHER_MAC,
  });
const arp = (senderMac: string, sender: string, target: string): Buffer =>
  hex(`ffffffffffff ${senderMac.replaceAll(':', '')} 0806 0001080006040001 ${senderMac.replaceAll(':', '')}
    ${Buffer.from(sender.split('.').map(Number)).toString('hex')} 000000000000 ${Buffer.from(target.split('.').map(Number)).toString('hex')}`);
/** A neighbour solicitation between link-local addresses for `target`, 16 bytes in hex. */
const solicitation = (target: string): Buffer =>
  hex(`3333ff000005 ${OTHER_MAC.replaceAll(':', '')} 86dd 6000000000183aff fe80000000000000000000000000000a
    ff0200000000000000000001ff000005 8700000000000000 ${target}`);

const audited = async (
  frames: readonly Buffer[],
  flags: AuditFlags = {},
  dialect = pcap,
): Promise<Audit & { readonly verdict: string }> => {
  const bytes = writeCapture(
    frames.map((data, index) => ({ seconds: 1_700_000_000 + index, nanos: 0, data })),
    dialect,
  );
  const audit = await auditCapture(readPackets([bytes]), auditedPod({ 'pod-ip': `${POD},${POD6}`, ...flags }));
  return { ...audit, verdict: auditVerdict(audit).kind };
};
const first = (counts: ReadonlyMap<string, number>): string | undefined => [...counts.keys()][0];

describe('audit of a capture', () => {
  it("takes what has the pod's address as the pod's: both directions, both families, ARP, neighbour discovery", async () => {
    const six = { source: 'fd00:10:244:2::7', destination: POD6, sourcePort: 1, destinationPort: 2 };
    const frames = [
      udp(POD, '10.96.0.10'),
      udp('10.96.0.10', POD, { mac: OTHER_MAC, to: MAC }),
      tcpFrame({ ...six, flags: 'R', sourceMac: OTHER_MAC, destinationMac: MAC, optionUnits: 1 }),
      arp(OTHER_MAC, '10.244.1.1', POD),
      solicitation('fd000010024400010000000000000005'),
    ];
    for (const flags of [{}, { mac: MAC }]) {
      const audit = await audited(frames, flags);
      expect(audit).to.include({ verdict: 'pod', packets: 5, pod: 5 });
    }
  });

  it('finds frames of others, however few, and says between whom', async () => {
    const audit = await audited([
      udp(POD, '10.96.0.10'),
      udp('10.244.1.9', '10.96.0.10'),
      udp('10.96.0.10', '10.244.1.9'),
      arp(OTHER_MAC, '10.244.1.1', '10.244.1.9'),
    ]);
    expect(audit).to.include({ verdict: 'others', pod: 1 });
    expect([...audit.others]).to.deep.equal([
      ['10.244.1.9 <-> 10.96.0.10 udp', 2],
      ['ARP between 10.244.1.1 <-> 10.244.1.9', 1],
    ]);
    expect(await audited([udp('10.244.1.9', '10.96.0.10')])).to.include({ verdict: 'others', pod: 0 });
    expect(await audited([udp('10.244.1.9', '224.0.0.251')])).to.include({ verdict: 'others' });
  });

  it("calls the pod's address another's outside of its time", async () => {
    const frames = [0, 1, 2].map(() => udp(POD, '10.96.0.10'));
    const since = await audited(frames, { since: '1700000001' });
    expect(since).to.include({ verdict: 'others', pod: 2 });
    expect(first(since.others)).to.equal("the pod's address before it was the pod's");
    const until = await audited(frames, { until: '2023-11-14T22:13:21Z' });
    expect(until).to.include({ verdict: 'others', pod: 2 });
    expect(await audited(frames, { since: '1700000000', until: '1700000002' })).to.include({ verdict: 'pod' });
  });

  it("calls the pod's address another's with the MAC of another", async () => {
    const cases: (readonly [Buffer, RegExp])[] = [
      [udp(POD, '10.96.0.10', { mac: OTHER_MAC }), /from the pod's address with MAC 02:42:00:00:00:99/],
      [udp('10.96.0.10', POD), /to the pod's address with MAC 02:42:00:00:00:99/],
      [arp(OTHER_MAC, POD, '10.244.1.1'), /ARP of 02:42:00:00:00:99, which claims the pod's address/],
    ];
    for (const [frame, text] of cases) {
      const audit = await audited([frame], { mac: MAC.toUpperCase() });
      expect(audit).to.include({ verdict: 'others', pod: 0 });
      expect(first(audit.others)).to.match(text);
      expect(await audited([frame])).to.include({ verdict: 'pod' });
    }
  });

  it('leaves unexplained what no address tells, unless the MAC does', async () => {
    const cases: (readonly [Buffer, RegExp])[] = [
      [udp('0.0.0.0', '255.255.255.255', { port: 67 }), /0\.0\.0\.0 <-> 255/],
      [udp('127.0.0.1', '127.0.0.1'), /127\.0\.0\.1 <-> 127/],
      [hex(`0180c200000e ${MAC.replaceAll(':', '')} 88cc 0207`), /EtherType 0x88cc/],
      [arp(MAC, '0.0.0.0', '10.244.1.9'), /ARP between 0\.0\.0\.0/],
    ];
    for (const [frame, text] of cases) {
      const audit = await audited([frame, udp(POD, '10.96.0.10')]);
      expect(audit).to.include({ verdict: 'unknown', pod: 1 });
      expect(first(audit.unexplained)).to.match(text);
      expect(await audited([frame], { mac: MAC })).to.include({ verdict: 'pod' });
      expect(await audited([frame], { mac: '02:00:00:00:00:77' })).to.include({ verdict: 'unknown' });
    }
    const stranger = await audited([solicitation('fd000010024400010000000000000009')]);
    expect(stranger).to.include({ verdict: 'unknown' });
  });

  it('does not look into tunnels, and says so', async () => {
    const audit = await audited([udp('172.18.0.2', '172.18.0.3', { port: 4789 })]);
    expect(audit.verdict).to.equal('unknown');
    expect(first(audit.unexplained)).to.contain('a tunnel, whose inner frames are not looked at');
  });

  it('tells of malformed frames and of link types that it cannot decode', async () => {
    const lies = udp(POD, '10.96.0.10');
    lies.writeUInt16BE(3, 14 + 20 + 4);
    const malformed = await audited([lies, Buffer.alloc(9)]);
    expect(malformed.verdict).to.equal('unknown');
    expect([...malformed.unexplained.keys()]).to.deep.equal([
      'malformed: UDP length 3 below its header',
      'malformed: ethernet header cut off after 9 bytes',
    ]);
    const unknown = await audited([udp(POD, '10.96.0.10'), udp(POD, '10.96.0.10')], {}, { ...pcap, linkType: 147 });
    expect([...unknown.unexplained]).to.deep.equal([['malformed: link type 147 is not decoded', 2]]);
  });

  it('cannot say of a file that is cut, damaged or empty, but sees the others in it', async () => {
    const pod = auditedPod({ 'pod-ip': POD });
    const verdictOf = async (bytes: Buffer): Promise<readonly [string, string]> => {
      const audit = await auditCapture(readPackets([bytes]), pod);
      return [auditVerdict(audit).kind, auditText('x.pcap', audit, pod)];
    };
    const fileOf = (frame: Buffer): Buffer =>
      writeCapture(
        [1, 2].map((seconds) => ({ seconds, nanos: 0, data: frame })),
        pcap,
      );
    const own = fileOf(udp(POD, '10.96.0.10'));
    const cut = await verdictOf(own.subarray(0, own.length - 1));
    expect(cut[0]).to.equal('unknown');
    expect(cut[1]).to.match(/cut off at byte 87: .* of a record\nverdict: cannot say: the file is not whole: cut off/);
    const damaged = await verdictOf(Buffer.concat([own, Buffer.alloc(16, 0xff)]));
    expect(damaged[0]).to.equal('unknown');
    expect(damaged[1]).to.contain('damaged: pcap record 2 claims 4294967295 bytes');
    expect(await verdictOf(Buffer.alloc(0))).to.have.property('0', 'unknown');
    expect((await verdictOf(own.subarray(0, 24)))[1]).to.contain('verdict: cannot say: the file holds no frame');
    const other = fileOf(udp('10.244.1.9', '10.96.0.10'));
    expect((await verdictOf(other.subarray(0, other.length - 1)))[0]).to.equal('others');
  });

  it('keeps its memory bounded and tells all that it counted', async () => {
    const frames = Array.from({ length: 3000 }, (_, id) => udp(`10.1.${id >> 8}.${id & 255}`, '10.96.0.10'));
    const audit = await audited(frames);
    expect(audit.others.size).to.equal(1001);
    expect(audit.others.get('further conversations')).to.equal(2000);
    const text = auditText('x.pcap', audit, auditedPod({ 'pod-ip': POD }));
    expect(text.split('\n')[0]).to.equal('x.pcap: 3000 frames, 2023-11-14T22:13:20.000Z to 2023-11-14T23:03:19.000Z');
    expect(text).to.contain(
      'and 989 more\n  0 unexplained\nverdict: frames of others: 3000 of 3000 frames are of others',
    );
  });

  it('gives one verdict and one text on damaged files, and never the pod all of one that is not whole', async () => {
    const pod = auditedPod({ 'pod-ip': POD, mac: MAC, since: '1', until: '3' });
    const kinds = new Set<string>();
    for (const bytes of damagedCaptures(1500, seededRandom(41))) {
      const audit = await auditCapture(readPackets([bytes]), pod);
      const { kind } = auditVerdict(audit);
      kinds.add(kind);
      if (auditText('x', audit, pod).includes('undefined')) throw new Error(bytes.toString('hex'));
      if (kind === 'pod' && (audit.flaw !== undefined || audit.pod !== audit.packets))
        throw new Error(String(audit.flaw));
    }
    expect([...kinds].sort()).to.include.members(['others', 'unknown']);
  });

  it('refuses what no frame can have', () => {
    const refused: (readonly [AuditFlags, RegExp])[] = [
      [{}, /needs --pod-ip/],
      [{ 'pod-ip': '' }, /--pod-ip: expected an IP address, observed ''/],
      [{ 'pod-ip': '10.0.0.1, 10.0.0.2' }, /observed ' 10\.0\.0\.2'/],
      [{ 'pod-ip': 'fe80::1%eth0' }, /expected an IP address/],
      [{ 'pod-ip': POD, mac: '024200000005' }, /--mac: expected six bytes/],
      [{ 'pod-ip': POD, since: 'yesterday' }, /--since: expected 2026-01-31T12:00:00Z or seconds/],
      [{ 'pod-ip': POD, until: '2026-01-31T12:00:00' }, /--until: expected/],
      [{ 'pod-ip': POD, since: '5', until: '4' }, /--since 5 is after --until 4/],
    ];
    for (const [flags, text] of refused) expect(() => auditedPod(flags), JSON.stringify(flags)).to.throw(text);
    expect([...auditedPod({ 'pod-ip': 'FD00:10:244:1:0:0:0:5' }).ips]).to.deep.equal([POD6]);
  });
});
