import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { readPacketFile } from '../harness/pcap/pcap-reader.ts';
import { udpFrame, writeCapture } from '../harness/pcap/pcap-writer.ts';
import { captureWithoutPayload } from './capture-without-payload.ts';

describe('a capture without payload', () => {
  it('keeps times, headers and lengths of every packet, and none of what it carries', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'capture-'));
    const ends = { source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 1234, destinationPort: 53 };
    const data = udpFrame({ ...ends, payload: Buffer.from('password') });
    const whole = writeCapture(
      [1, 2].map((seconds) => ({ seconds, nanos: 5, data })),
      { format: 'pcapng', littleEndian: false, nanos: true, linkType: 1 },
    );
    await writeFile(join(folder, 'a.pcapng'), whole);
    const cut = await captureWithoutPayload(join(folder, 'a.pcapng'));
    expect(cut.includes('password')).to.equal(false);
    await writeFile(join(folder, 'b.pcap'), cut);
    const packets = [];
    for await (const packet of readPacketFile(join(folder, 'b.pcap')))
      packets.push([packet.seconds, packet.nanos, packet.originalLength, packet.data.length, packet.frame.ip?.source]);
    expect(packets).to.deep.equal([
      [1, 5, data.length, data.length - 8, '10.0.0.1'],
      [2, 5, data.length, data.length - 8, '10.0.0.1'],
    ]);
  });
});
