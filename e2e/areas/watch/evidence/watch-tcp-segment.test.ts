import { expect } from 'chai';
import { describe, it } from 'mocha';
import { tcpFrame, type SegmentToWrite } from '../../../harness/pcap/pcap-frame-writer.ts';
import { damagedCaptures } from '../../../harness/pcap/pcap-mutants.ts';
import { writeCapture, type Dialect } from '../../../harness/pcap/pcap-writer.ts';
import { seededRandom } from '../../../harness/run/seeded-random.ts';
import { readTcpSegments } from './watch-tcp-segment.ts';

const pcap: Dialect = { format: 'pcap', littleEndian: true, nanos: false, linkType: 1 };
const fileOf = (frames: readonly Buffer[], dialect = pcap): Buffer =>
  writeCapture(
    frames.map((data, index) => ({ seconds: 1_700_000_000, nanos: index * 1_500_000, data })),
    dialect,
  );
const four = { source: '10.0.1.1', destination: '10.0.0.1', sourcePort: 6443, destinationPort: 40_000 };
const six = { ...four, source: 'fd00:1::1', destination: 'fd00::1' };
const reset = (more: Partial<SegmentToWrite> = {}): Buffer => tcpFrame({ ...four, flags: 'R', sequence: 77, ...more });

describe('TCP segments of a capture', () => {
  it('finds every reset: plain, behind VLAN tags, behind an IPv6 extension header', async () => {
    const frames = [
      reset(),
      reset({ vlans: [7] }),
      reset({ vlans: [7, 100] }),
      reset(six),
      reset({ ...six, optionUnits: 2 }),
    ];
    for (const format of ['pcap', 'pcapng'] as const) {
      const { segments, flaw } = await readTcpSegments(fileOf(frames, { ...pcap, format }));
      expect(flaw).to.equal(undefined);
      expect(segments.map(({ from, to, flags, seq }) => `${from} > ${to} ${String(flags.rst)} ${seq}`)).to.deep.equal([
        ...new Array<string>(3).fill('10.0.1.1:6443 > 10.0.0.1:40000 true 77'),
        ...new Array<string>(2).fill('[fd00:1::1]:6443 > [fd00::1]:40000 true 77'),
      ]);
    }
  });

  it('gives times, numbers and lengths, also of what the snap length cut off', async () => {
    const whole = tcpFrame({ ...four, flags: 'P.', sequence: 5, acknowledgement: 9, payload: Buffer.alloc(300) });
    const file = writeCapture(
      [{ seconds: 1_700_000_000, nanos: 1_500_000, data: whole.subarray(0, 160), originalLength: whole.length }],
      pcap,
    );
    expect(await readTcpSegments(file)).to.deep.equal({
      segments: [
        {
          at: 1_700_000_000_001.5,
          from: '10.0.1.1:6443',
          to: '10.0.0.1:40000',
          seq: 5,
          ack: 9,
          flags: { syn: false, ack: true, fin: false, rst: false },
          window: 500,
          length: 300,
        },
      ],
      flaw: undefined,
    });
  });

  it('says that the tail is cut off, and keeps what stands before', async () => {
    const file = fileOf([reset(), reset()]);
    const { segments, flaw } = await readTcpSegments(file.subarray(0, file.length - 3));
    expect(segments.length).to.equal(1);
    expect(flaw).to.equal('cut off at byte 94: 67 of 70 bytes of a record');
    expect((await readTcpSegments(Buffer.alloc(0))).flaw).to.contain('cut off at byte 0');
  });

  it('says that the file is damaged', async () => {
    const file = Buffer.concat([fileOf([reset()]), Buffer.alloc(16, 0xff)]);
    const { segments, flaw } = await readTcpSegments(file);
    expect(segments.length).to.equal(1);
    expect(flaw).to.match(/^pcap record 1 claims 4294967295 bytes/);
  });

  it('reads no later fragment as a TCP header, and says that a segment came in fragments', async () => {
    const later = reset();
    later.writeUInt16BE(0x0010, 14 + 6);
    const { segments, flaw } = await readTcpSegments(fileOf([later, reset()]));
    expect(segments.length).to.equal(1);
    expect(flaw).to.equal('1 of 2 frames not read, the first is #1: a TCP segment in fragments');
  });

  it('says which frames it could not read, and passes what is not TCP', async () => {
    const udp = reset();
    udp.writeUInt8(17, 14 + 9);
    udp.writeUInt16BE(20, 14 + 20 + 4);
    const lies = reset();
    lies.writeUInt8(15 << 4, 14 + 20 + 12);
    const { segments, flaw } = await readTcpSegments(fileOf([udp, lies, Buffer.alloc(9), reset()]));
    expect(segments.length).to.equal(1);
    expect(flaw).to.equal(
      '2 of 4 frames not read, the first is #2: TCP header length 60 beyond the segment of 20 bytes',
    );
    const unknown = await readTcpSegments(fileOf([reset()], { ...pcap, linkType: 147 }));
    expect(unknown.flaw).to.contain('link type 147 is not decoded');
  });

  it('reads damaged files as far as they go, and says what is wrong with them', async () => {
    let [flawed, segments] = [0, 0];
    for (const bytes of damagedCaptures(1500, seededRandom(14))) {
      const read = await readTcpSegments(bytes);
      if (read.flaw !== undefined) flawed++;
      segments += read.segments.length;
      if (read.segments.some(({ at, length }) => !Number.isFinite(at) || length < 0))
        throw new Error(bytes.toString('hex'));
    }
    expect(flawed).to.be.above(1000);
    expect(segments).to.be.above(100);
  });
});
