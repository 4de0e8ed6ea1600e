/** A large capture for the benchmark of the reader: the same 6,000 records again and again. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { udpFrame, writeCapture, type Dialect } from '../harness/pcap/pcap-writer.ts';

/** Payload sizes in turn: nonces, a query, a segment. */
const PAYLOADS = [64, 64, 120, 600, 1400, 1400];
const RECORDS = 6000;

/** Returns how many packets the file has. */
export async function generateCapture(path: string, format: Dialect['format'], megabytes: number): Promise<number> {
  const dialect: Dialect = { format, littleEndian: true, nanos: false, linkType: 1 };
  const packets = Array.from({ length: RECORDS }, (_, index) => ({
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
  const header = writeCapture([], dialect);
  const records = writeCapture(packets, dialect).subarray(header.length);
  const out = createWriteStream(path);
  out.write(header);
  let times = 0;
  for (let written = header.length; written < megabytes * 1e6; written += records.length) {
    times++;
    if (!out.write(records)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
  return times * RECORDS;
}
