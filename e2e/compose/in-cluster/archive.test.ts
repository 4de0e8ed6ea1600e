import { link, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { chunksOf, packRun, unpack } from './archive.ts';

describe('the archive of a run', () => {
  let folder = '';
  const run = () => join(folder, 'run');
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'staleproof-archive-test-'));
    await mkdir(join(run(), 'artifacts/udp'), { recursive: true });
    await writeFile(join(run(), 'results.jsonl'), 'lines\n');
    await writeFile(join(run(), 'artifacts/udp/big.pcap'), randomBytes(400_000));
    await writeFile(join(run(), 'artifacts/udp/log.txt'), 'a log\n');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const unpacked = async (archive: Buffer): Promise<string[]> => {
    const target = join(folder, 'out');
    await unpack(archive, target);
    const entries = await readdir(target, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(target.length + 1));
  };

  it('comes back whole from its chunks', async () => {
    const archive = await packRun(run());
    const chunks = chunksOf(archive, 100_000);
    expect(chunks.length).to.be.above(3);
    expect(await unpacked(Buffer.concat(chunks))).to.have.members([
      'results.jsonl',
      'artifacts/udp/big.pcap',
      'artifacts/udp/log.txt',
    ]);
  });

  it('leaves out the largest files where there is no room, and names them', async () => {
    const names = await unpacked(await packRun(run(), 100_000));
    expect(names).to.have.members(['results.jsonl', 'artifacts/udp/log.txt', 'left-out.txt']);
    expect(await readFile(join(folder, 'out/left-out.txt'), 'utf8')).to.equal('artifacts/udp/big.pcap\n');
  });

  it('is refused with links and names that lead out, and leaves what stood there', async () => {
    await writeFile(join(folder, 'victim'), 'untouched');
    const target = join(folder, 'out');
    await mkdir(target);
    await writeFile(join(target, 'results.jsonl'), 'former');
    const hostile: Readonly<Record<string, () => Promise<unknown>>> = {
      'a link to a file': () => symlink('../victim', join(run(), 'index.html')),
      'a link to a folder': () => symlink('/etc', join(run(), 'conformance')),
      'a second name of a file': () => link(join(run(), 'results.jsonl'), join(run(), 'again')),
      'a hidden file': () => writeFile(join(run(), '.ssh'), ''),
    };
    for (const [what, make] of Object.entries(hostile)) {
      await rm(run(), { recursive: true });
      await mkdir(run());
      await writeFile(join(run(), 'results.jsonl'), 'lines');
      await make();
      const { stdout } = await execa('tar', ['-czf', '-', '-C', run(), '.'], { encoding: 'buffer' });
      const error: unknown = await unpack(Buffer.from(stdout), target).catch((reason: unknown) => reason);
      expect(String(error), what).to.match(/^ForeignNameError: the archive holds/);
    }
    expect(await readFile(join(target, 'results.jsonl'), 'utf8')).to.equal('former');
    expect((await readdir(folder)).sort()).to.deep.equal(['out', 'run', 'victim']);
  });

  it('keeps results.jsonl whatever its size', async () => {
    await writeFile(join(run(), 'results.jsonl'), randomBytes(300_000));
    expect(await unpacked(await packRun(run(), 100_000))).to.have.members(['results.jsonl', 'left-out.txt']);
  });
});
