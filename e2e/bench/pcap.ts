/** `npm run bench -- pcap`: the reader against `tcpdump -r F -w /dev/null` on a generated file, in turns, medians side by side. */
import { execa } from 'execa';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPacketFile } from '../harness/pcap/pcap-reader.ts';
import { lineOf, type BenchLine } from './bench-line.ts';
import { udpFrame, writeCapture } from '../harness/pcap/pcap-writer.ts';

/** Payload sizes in turn: nonces, a query, a segment. */
const PAYLOADS = [64, 64, 120, 600, 1400, 1400];

/** `args`: megabytes of the file (1,000) and rounds (5), which are measured in turns so that both meet the same noise. */
export async function bench(args: readonly string[] = []): Promise<readonly BenchLine[]> {
  const [megabytes, rounds] = [Number(args[0] ?? 1000), Number(args[1] ?? 5)];
  const folder = await mkdtemp(join(process.env['STALEPROOF_BENCH_DIR'] ?? tmpdir(), 'staleproof-bench-'));
  try {
    const path = join(folder, 'big.pcap');
    await generate(path, megabytes);
    const { size } = await stat(path);
    const tcpdumpMs: number[] = [];
    const oursMs: number[] = [];
    let packets = 0;
    for (let round = 0; round <= rounds; round++) {
      const [theirs] = await timed(() => execa('tcpdump', ['-r', path, '-w', '/dev/null'], { stderr: 'ignore' }));
      const [ours, count] = await timed(() => countPackets(path));
      packets = count;
      // The first round warms the page cache and the JIT of nobody in particular.
      if (round > 0) {
        tcpdumpMs.push(theirs);
        oursMs.push(ours);
      }
    }
    const rates = (times: readonly number[]): readonly number[] => times.map((ms) => size / 1e6 / (ms / 1000));
    const ratios = tcpdumpMs.map((theirs, index) => theirs / (oursMs[index] ?? Number.NaN));
    return [
      { what: 'pcap: packets in the file', value: packets, unit: 'packets' },
      lineOf('pcap: tcpdump -r F -w /dev/null', rates(tcpdumpMs), 'MB/s'),
      lineOf('pcap: reader', rates(oursMs), 'MB/s'),
      lineOf('pcap: reader / tcpdump', ratios, '×', { bar: 1 }),
      { what: 'pcap: resident set', value: process.memoryUsage().rss / 2 ** 20, unit: 'MiB', bar: 300 },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function generate(path: string, megabytes: number): Promise<void> {
  const packets = Array.from({ length: 6000 }, (_, index) => ({
    seconds: 1_700_000_000 + index,
    nanos: index * 1000,
    data: udpFrame({
      source: '10.244.1.5',
      destination: '10.244.2.7',
      sourcePort: 4000,
      destinationPort: 9000,
      payload: Buffer.alloc(PAYLOADS[index % PAYLOADS.length] ?? 64, 0x61),
    }),
  }));
  const whole = writeCapture(packets, { format: 'pcap', littleEndian: true, nanos: false, linkType: 1 });
  const out = createWriteStream(path);
  out.write(whole.subarray(0, 24));
  const records = whole.subarray(24);
  for (let written = 24; written < megabytes * 1e6; written += records.length)
    if (!out.write(records)) await once(out, 'drain');
  out.end();
  await once(out, 'close');
}

async function countPackets(path: string): Promise<number> {
  let packets = 0;
  let bytes = 0;
  for await (const batch of readPacketFile(path).batches())
    for (const packet of batch) {
      packets++;
      bytes += packet.capturedLength;
    }
  return bytes > 0 ? packets : 0;
}

async function timed<T>(body: () => Promise<T>): Promise<readonly [number, T]> {
  const start = performance.now();
  const value = await body();
  return [performance.now() - start, value];
}
