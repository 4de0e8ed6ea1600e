/**
 * `npm run bench -- pcap`: the reader beside tcpdump and tshark on generated files, CPU time of each, in turns, so that all meet the
 * same noise. Theirs includes the start of a process, a few milliseconds of tcpdump's and a third of a second of tshark's.
 */
import { execa } from 'execa';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPacketFile, type Packet } from '../harness/pcap/pcap-reader.ts';
import { lineOf, type BenchLine } from './bench-line.ts';
import { generateCapture } from './pcap-generated-file.ts';

const FORMATS = ['pcap', 'pcapng'] as const;
/** tshark takes a minute for what tcpdump reads in half a second. */
const DECODED_MEGABYTES = 60;
/** What both decode: time, both MAC addresses, both IP addresses, both ports. */
const FIELDS = ['frame.time_epoch', 'eth.src', 'eth.dst', 'ip.src', 'ip.dst', 'udp.srcport', 'udp.dstport'];

/** `args`: megabytes of each file (400) and rounds (7). */
export async function bench(args: readonly string[] = []): Promise<readonly BenchLine[]> {
  const [megabytes, rounds] = [Number(args[0] ?? 400), Number(args[1] ?? 7)];
  const folder = await mkdtemp(join(process.env['STALEPROOF_BENCH_DIR'] ?? tmpdir(), 'staleproof-bench-'));
  try {
    const lines: BenchLine[] = [];
    for (const format of FORMATS) {
      const path = join(folder, `big.${format}`);
      const packets = await generateCapture(path, format, megabytes);
      lines.push({ what: `${format}: frames in the file`, value: packets, unit: 'frames' });
      const tcpdump = (): Promise<number> => cpuOf('tcpdump', ['-r', path, '-w', '/dev/null']);
      lines.push(
        ...(await beside(`${format}: tcpdump -r F -w /dev/null`, tcpdump, `${format}: reader`, rounds, 1, () =>
          readAll(path, packets, lengthOf),
        )),
      );
      await rm(path);
    }
    const path = join(folder, 'decoded.pcap');
    const packets = await generateCapture(path, 'pcap', DECODED_MEGABYTES);
    lines.push({ what: 'decoded: frames in the file', value: packets, unit: 'frames' });
    const fields = ['-n', '-r', path, '-T', 'fields', ...FIELDS.flatMap((field) => ['-e', field])];
    lines.push(
      ...(await beside(
        'decoded: tshark, fields',
        () => cpuOf('tshark', fields),
        'decoded: reader',
        rounds,
        2,
        () => readAll(path, packets, decoded),
      )),
    );
    return [...lines, ...(await memoryLines(folder, megabytes))];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function beside(
  theirName: string,
  theirs: () => Promise<number>,
  ourName: string,
  rounds: number,
  bar: number,
  ours: () => Promise<number>,
): Promise<readonly BenchLine[]> {
  const theirTimes: number[] = [];
  const ourTimes: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const their = await theirs();
    const our = await ours();
    // The first round warms the page cache, and the compiler for ours.
    if (round === 0) continue;
    theirTimes.push(their);
    ourTimes.push(our);
  }
  const ratios = theirTimes.map((their, index) => their / (ourTimes[index] ?? Number.NaN));
  return [
    lineOf(theirName, theirTimes, 's'),
    lineOf(ourName, ourTimes, 's'),
    lineOf(`${theirName} / ${ourName}, CPU time`, ratios, '×', { bar }),
  ];
}

/** CPU seconds of a child, by the shell's count of user and system time. Throws when the program failed. */
async function cpuOf(program: string, args: readonly string[]): Promise<number> {
  const script = 'TIMEFORMAT="%U %S"; { time "$@" >/dev/null 2>&1; } 2>&1';
  const { stdout } = await execa('bash', ['-e', '-c', script, 'bash', program, ...args]);
  const [user, system] = stdout.trim().split(' ').map(Number);
  const seconds = (user ?? Number.NaN) + (system ?? Number.NaN);
  if (!(seconds > 0)) throw new Error(`${program}: expected user and system time, observed '${stdout}'`);
  return seconds;
}

/** CPU seconds of this process. Throws when another number of packets was read: what is fast and wrong is no measure. */
async function readAll(path: string, expected: number, look: (packet: Packet) => number): Promise<number> {
  const before = process.cpuUsage();
  let [packets, seen] = [0, 0];
  for await (const batch of readPacketFile(path).batches())
    for (const packet of batch) {
      packets++;
      seen += look(packet);
    }
  const { user, system } = process.cpuUsage(before);
  if (packets !== expected || !(seen > 0))
    throw new Error(`${path}: expected ${expected} packets, observed ${packets}`);
  return (user + system) / 1e6;
}

function lengthOf(packet: Packet): number {
  return packet.capturedLength;
}

function decoded({ frame, epochMs }: Packet): number {
  const { link, ip, transport } = frame;
  if (ip === undefined || transport?.protocol !== 'udp') throw new Error('expected UDP in every frame');
  const texts = [link.source, link.destination, ip.source, ip.destination];
  if (texts.includes(undefined)) throw new Error('expected four addresses in every frame');
  return epochMs + transport.sourcePort + transport.destinationPort;
}

/**
 * Resident set while a file is read to its end, after a quarter of it was read four times: as many packets, so that what differs is
 * the size of the file and not how far the runtime has grown its heap.
 */
async function memoryLines(folder: string, megabytes: number): Promise<readonly BenchLine[]> {
  const peaks: number[] = [];
  for (const size of [megabytes / 4, megabytes]) {
    const path = join(folder, `memory-${size}.pcapng`);
    await generateCapture(path, 'pcapng', size);
    let peak = await peakOf(path);
    if (size < megabytes) for (let again = 1; again < 4; again++) peak = Math.max(peak, await peakOf(path));
    peaks.push(peak / 2 ** 20);
    await rm(path);
  }
  const [quarter = Number.NaN, whole = Number.NaN] = peaks;
  return [
    { what: 'memory: resident set, a quarter of the file, decoded', value: quarter, unit: 'MiB', bar: 300 },
    { what: 'memory: resident set, the file, decoded', value: whole, unit: 'MiB', bar: 300 },
    { what: 'memory: the file / a quarter of it', value: whole / quarter, unit: '×', bar: 1.2, better: 'less' },
  ];
}

async function peakOf(path: string): Promise<number> {
  let [peak, batches] = [0, 0];
  for await (const batch of readPacketFile(path).batches()) {
    if (batch.some((packet) => packet.frame.malformed !== undefined)) throw new Error('expected no malformed frame');
    if (batches++ % 16 === 0) peak = Math.max(peak, process.memoryUsage.rss());
  }
  return peak;
}
