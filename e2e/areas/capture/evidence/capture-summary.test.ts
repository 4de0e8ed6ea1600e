import { expect } from 'chai';
import { describe, it } from 'mocha';
import { summarizeCapture } from './capture-summary.ts';
import { udpFrame, writeCapture, type Dialect } from '../../../harness/pcap/pcap-writer.ts';

const frame = udpFrame({
  source: '10.244.1.5',
  destination: '10.244.2.7',
  sourcePort: 4000,
  destinationPort: 9000,
  payload: Buffer.from('hello!'),
});
const pcap: Dialect = { format: 'pcap', littleEndian: true, nanos: false, linkType: 1 };
const fileOf = (frames: readonly Buffer[], dialect: Dialect): Buffer =>
  writeCapture(
    frames.map((data, seconds) => ({ seconds, nanos: 0, data })),
    dialect,
  );

describe('summary of a capture', () => {
  it('tells time span and conversations', async () => {
    expect(await summarizeCapture(fileOf([frame, frame], pcap))).to.equal(
      '  2 packets, 1970-01-01T00:00:00.000Z + 1.000 s\n         2  10.244.1.5:4000 <-> 10.244.2.7:9000 udp',
    );
  });

  it('says once for the file that its link type is not decoded', async () => {
    const text = await summarizeCapture(fileOf([frame, frame, frame], { ...pcap, linkType: 147 }));
    expect(text.split('\n').slice(1)).to.deep.equal(['         3  link type 147, which is not decoded']);
  });

  it('names frames that could not be decoded', async () => {
    expect(await summarizeCapture(fileOf([frame.subarray(0, 9)], pcap))).to.contain(
      '1  malformed: ethernet header cut off after 9 bytes',
    );
  });

  it('tells of a time that no Date holds, and keeps what stands before it', async () => {
    const bytes = fileOf([frame, frame], { ...pcap, format: 'pcapng' });
    bytes.fill(0xff, bytes.length - 4 - 48 - 16, bytes.length - 4 - 48 - 8);
    const lines = (await summarizeCapture(bytes)).split('\n');
    expect(lines[0]).to.equal('  1 packets, 1970-01-01T00:00:00.000Z + 0.000 s');
    expect(lines.at(-1)).to.match(/damaged: pcapng packet 1 is timed 18446744073709 s after 1970, beyond a Date/);
  });

  it('says where a file ends too early', async () => {
    expect(await summarizeCapture(Buffer.alloc(0))).to.contain('cut off at byte 0: 0 of 4 bytes of the file header');
    const cut = fileOf([frame], pcap).subarray(0, 50);
    expect(await summarizeCapture(cut)).to.contain('cut off at byte 24: 26 of 64 bytes of a record');
  });
});
