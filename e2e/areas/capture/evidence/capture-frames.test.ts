import { expect } from 'chai';
import { describe, it } from 'mocha';
import { readContents } from './capture-contents.ts';
import { udpFrame, writeCapture } from '../../../harness/pcap/pcap-writer.ts';

const POD_MAC = '02:42:00:00:00:05';
const owner = { uid: 'u1', macs: new Set([POD_MAC]), ips: new Set(['10.244.1.5']), sinkIp: '10.244.2.9' };
const talk = (options: { uid?: string; source?: string; mac?: string; port?: number; payload?: string }): Buffer =>
  udpFrame({
    sourceMac: options.mac ?? POD_MAC,
    source: options.source ?? '10.244.1.5',
    destination: '10.244.2.9',
    sourcePort: 4000,
    destinationPort: options.port ?? 9000,
    payload: Buffer.from(options.payload ?? `PCB1|${options.uid ?? 'u1'}|inc|7`),
  });
const contentsOf = (frames: readonly Buffer[]) =>
  readContents(
    writeCapture(
      frames.map((data, seconds) => ({ seconds, nanos: 0, data })),
      { format: 'pcap', littleEndian: true, nanos: false, linkType: 1 },
    ),
    owner,
  );

describe('explaining every frame of a capture', () => {
  it('takes the nonce and its echo as the instance’s', async () => {
    const echo = udpFrame({
      destinationMac: POD_MAC,
      source: '10.244.2.9',
      destination: '10.244.1.5',
      sourcePort: 9000,
      destinationPort: 4000,
      payload: Buffer.from('PCB1|u1|inc|7'),
    });
    const contents = await contentsOf([talk({}), echo]);
    expect(contents).to.include({ foreignCount: 0, echoes: 1, packets: 2 });
    expect([...(contents.sent.get('inc') ?? [])]).to.deep.equal([7]);
  });

  it('takes a refused echo as the instance’s when it quotes its nonce', async () => {
    const echo = (uid: string): Buffer =>
      udpFrame({
        source: '10.244.2.9',
        destination: '10.244.1.5',
        sourcePort: 9000,
        destinationPort: 4000,
        payload: Buffer.from(`PCB1|${uid}|inc|7`),
      }).subarray(14);
    const refusal = (uid: string): Buffer => {
      const frame = talk({ payload: 'x'.repeat(echo(uid).length) });
      frame.writeUInt8(1, 14 + 9);
      Buffer.concat([Buffer.from('0303000000000000', 'hex'), echo(uid)]).copy(frame, 34);
      return frame;
    };
    expect(await contentsOf([refusal('u1')])).to.include({ foreignCount: 0, neighbour: 1 });
    expect((await contentsOf([refusal('u2')])).foreign[0]).to.match(/about a datagram of another/);
  });

  it('calls everything else foreign and says what it is', async () => {
    const cases: [Buffer, RegExp][] = [
      [talk({ uid: 'u2' }), /nonce of pod UID u2/],
      // The same address after it went to another pod: the nonce is right and the MAC is not.
      [talk({ mac: '02:42:00:00:00:99' }), /neither MAC is the pod’s/],
      [talk({ source: '10.244.1.77' }), /its nonce between other addresses/],
      [talk({ port: 53, payload: 'a query' }), /10\.244\.1\.5:4000 > 10\.244\.2\.9:53 udp 7 bytes: no nonce/],
      [Buffer.alloc(9), /cut off/],
    ];
    for (const [frame, text] of cases) {
      const { foreign, foreignCount } = await contentsOf([frame]);
      expect(foreignCount).to.equal(1);
      expect(foreign[0]).to.match(text);
    }
  });
});
