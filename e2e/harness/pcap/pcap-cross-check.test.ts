/** The reader against tcpdump and tshark on the same files: same packets, same times, same addresses. Skipped where a tool is missing. */
import { expect } from 'chai';
import { execa } from 'execa';
import { after, before, describe, it } from 'mocha';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPacketFile, type Packet } from './pcap-reader.ts';
import { udpFrame, writeCapture, type Dialect, type PacketToWrite } from './pcap-writer.ts';

const present = async (tool: string): Promise<boolean> =>
  (await execa(tool, ['--version'], { reject: false })).exitCode === 0;
const ethernet = (id: number): Buffer =>
  udpFrame({
    sourceMac: '02:42:00:00:00:05',
    source: `10.244.1.${id % 250}`,
    destination: '10.244.2.7',
    sourcePort: 4000 + id,
    destinationPort: 9000,
    vlans: id % 3 === 0 ? [id + 1] : [],
    payload: Buffer.from(`PCB1|uid|inc|${id}`),
  });
const packets: PacketToWrite[] = Array.from({ length: 200 }, (_, id) => ({
  seconds: 1_700_000_000 + id,
  nanos: id * 1001,
  data: ethernet(id),
}));
const dialects: Dialect[] = (['pcap', 'pcapng'] as const).flatMap((format) =>
  [true, false].flatMap((littleEndian) => [true, false].map((nanos) => ({ format, littleEndian, nanos, linkType: 1 }))),
);

describe('pcap reader cross-checked', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'staleproof-pcap-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const fileOf = async (dialect: Dialect): Promise<string> => {
    const path = join(folder, `${dialect.format}-${dialect.littleEndian}-${dialect.nanos}.cap`);
    await writeFile(path, writeCapture(packets, dialect));
    return path;
  };
  const readAll = (path: string): Promise<Packet[]> => readPacketFile(path).toArray();

  it('tcpdump sees the same packets at the same times', async function () {
    if (!(await present('tcpdump'))) this.skip();
    for (const dialect of dialects) {
      const path = await fileOf(dialect);
      const { stdout } = await execa('tcpdump', ['-nn', '-tt', '--time-stamp-precision=nano', '-r', path]);
      const ours = (await readAll(path)).map((p) => `${p.seconds}.${String(p.nanos).padStart(9, '0')}`);
      expect(stdout.split('\n').map((line) => line.split(' ')[0])).to.deep.equal(ours);
    }
  });

  it('tshark sees the same addresses, ports, tags and payloads', async function () {
    this.timeout(60_000);
    if (!(await present('tshark'))) this.skip();
    for (const dialect of dialects.filter((d) => d.littleEndian === d.nanos)) {
      const path = await fileOf(dialect);
      const names = ['eth.src', 'vlan.id', 'ip.src', 'udp.srcport', 'udp.payload'];
      const { stdout } = await execa('tshark', [
        '-n',
        '-r',
        path,
        '-T',
        'fields',
        ...names.flatMap((field) => ['-e', field]),
      ]);
      const ours = (await readAll(path)).map(({ frame }) => {
        const udp = frame.transport?.protocol === 'udp' ? frame.transport : undefined;
        return [
          frame.link.source,
          frame.link.vlans.join(','),
          frame.ip?.source,
          udp?.sourcePort,
          udp?.payload.toString('hex'),
        ].join('\t');
      });
      expect(stdout.split('\n')).to.deep.equal(ours);
    }
  });

  it('reads a cut file as far as tcpdump does', async function () {
    if (!(await present('tcpdump'))) this.skip();
    const path = join(folder, 'cut.cap');
    const whole = writeCapture(packets, { format: 'pcap', littleEndian: true, nanos: false, linkType: 1 });
    await writeFile(path, whole.subarray(0, 4096));
    const tcpdump = await execa('tcpdump', ['-nn', '-r', path], { reject: false });
    expect(tcpdump.stderr).to.contain('truncated');
    const reader = readPacketFile(path);
    const ours = await reader.toArray();
    expect(ours.length).to.equal(tcpdump.stdout.split('\n').length);
    expect(reader.summary.truncated?.offset).to.be.a('number');
  });
});
