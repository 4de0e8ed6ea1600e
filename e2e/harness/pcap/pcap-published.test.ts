/**
 * The reader against tshark on captures that others published: the pcapng suite (both byte orders, every block type) and the plain
 * captures that the Go module gopacket carries as test data. The module comes through the Go client's cache; nothing of it is kept here.
 */
import { expect } from 'chai';
import { execa } from 'execa';
import { before, describe, it } from 'mocha';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readPacketFile } from './pcap-reader.ts';

const MODULE = 'github.com/gopacket/gopacket@v1.3.1';
const FIELDS = ['frame.time_epoch', 'frame.cap_len', 'frame.len'];

describe('pcap reader on published captures', function () {
  // A start of tshark for each of some hundred files; 65 s on a machine that others use as well, 130 s on a busier one.
  this.timeout(400_000);
  let files: readonly string[] = [];

  before(async function () {
    const tshark = await execa('tshark', ['--version'], { reject: false });
    if (tshark.exitCode !== 0) this.skip();
    const module = await execa('go', ['mod', 'download', '-json', MODULE], { reject: false, cwd: '/' });
    // No Go, or no module proxy: there is nothing to read.
    if (module.exitCode !== 0) this.skip();
    const { Dir: folder } = JSON.parse(module.stdout) as { readonly Dir: string };
    const found = await readdir(folder, { recursive: true });
    files = found.filter((name) => /\.pcap(ng)?$/.test(name)).map((name) => join(folder, name));
  });

  it('finds as many packets as tshark, at the same times and of the same lengths', async () => {
    expect(files.length).to.be.greaterThan(50);
    const told: string[] = [];
    // Most of the time is tshark's own start.
    const answers = await inTurns(files, 4, tshark);
    for (const [index, file] of files.entries()) {
      const name = file.slice(file.indexOf('@'));
      const theirs = answers[index];
      if (theirs === undefined) continue;
      const ours = (await readPacketFile(file).toArray()).map((packet) =>
        [
          `${packet.seconds}.${String(packet.nanos).padStart(9, '0')}`,
          packet.capturedLength,
          packet.originalLength,
        ].join(' '),
      );
      expect(ours, name).to.deep.equal(theirs);
      told.push(name);
    }
    expect(told.length).to.be.greaterThan(50);
  });
});

async function inTurns<T, R>(items: readonly T[], width: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += width)
    results.push(...(await Promise.all(items.slice(start, start + width).map(work))));
  return results;
}

/** A line for each packet; undefined for a file that tshark refuses. */
async function tshark(file: string): Promise<readonly string[] | undefined> {
  const fields = FIELDS.flatMap((field) => ['-e', field]);
  // tshark shows custom blocks and the like as frames; only packets have an encapsulation.
  const args = ['-n', '-r', file, '-Y', 'frame.encap_type', '-T', 'fields', '-E', 'separator=/s', ...fields];
  const { stdout, exitCode } = await execa('tshark', args, { reject: false });
  if (exitCode !== 0) return undefined;
  // A simple packet block has no time; the reader calls it 0.
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.replace(/^ /, '0.000000000 ')]));
}
