import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tcpFrame } from '../../../harness/pcap/pcap-frame-writer.ts';
import { writeCapture } from '../../../harness/pcap/pcap-writer.ts';
import { profileNamed } from '../profiles/profile.ts';
import type { CellResult } from './watch-cell.ts';
import { cellsOfLane } from './watch-lane.ts';

const start = 1_700_000_000;
const client = { source: '10.0.0.1', destination: '10.0.1.1', sourcePort: 40_000, destinationPort: 6443 };
const server = { source: '10.0.1.1', destination: '10.0.0.1', sourcePort: 6443, destinationPort: 40_000 };
const frames = [
  tcpFrame({ ...client, flags: 'S', sequence: 9 }),
  tcpFrame({ ...server, flags: 'S.', sequence: 99, acknowledgement: 10 }),
  tcpFrame({ ...client, flags: '.', sequence: 10, acknowledgement: 100 }),
];
const file = writeCapture(
  frames.map((data, index) => ({ seconds: start, nanos: index * 1_000_000, data })),
  { format: 'pcap', littleEndian: true, nanos: false, linkType: 1 },
);

describe('a lane', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'staleproof-lane-'))));
  after(() => rm(folder, { recursive: true, force: true }));

  /** One client that heard two updates on a connection that no balancer touched. */
  const judged = async (clientSide: Buffer): Promise<CellResult | undefined> => {
    const path = (side: string): string => join(folder, `${side}.pcap`);
    await Promise.all([writeFile(path('client'), clientSide), writeFile(path('server'), file)]);
    const profile = profileNamed('none');
    const captures = (['client', 'server'] as const).map((side) => ({ side, path: path(side) }));
    const lines = [0, 1].map((n) => ({ type: 'update', cell: profile.name, wall: start * 1000 + n, n }) as const);
    const times = { fired: new Map(), lifted: new Map(), updates: { idle: [], now: [] }, until: start * 1000 + 5000 };
    const client = { name: 'node', address: '10.0.0.1', lines, updates: [], sockets: { client: 1 }, death: undefined };
    const cells = await cellsOfLane({
      ...{ profile, captures, times, clients: [client], port: 6443, idleSeconds: 45, path: 'public' },
    });
    return cells[0];
  };

  it('is judged by captures that are whole', async () => {
    expect(await judged(file)).to.include({ verdict: 'pass' });
  });

  it('is inconclusive when a capture is cut off or damaged, and says which', async () => {
    expect(await judged(file.subarray(0, file.length - 1))).to.include({
      verdict: 'inconclusive',
      reason:
        'the capture of the client side, client.pcap, is not whole: cut off at byte 164: 69 of 70 bytes of a record',
    });
    expect(await judged(Buffer.concat([file, Buffer.alloc(16, 0xff)]))).to.have.property('verdict', 'inconclusive');
    expect((await judged(Buffer.alloc(0)))?.reason).to.contain('cut off at byte 0: 0 of 4 bytes of the file header');
  });
});
