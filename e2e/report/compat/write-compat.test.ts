import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { attemptLine, runStart, specInfo } from '../result-fixture.ts';
import { recordOfLines } from '../run-record.ts';
import { readCompat } from './compat-schema.ts';
import { readErrata } from './errata.ts';
import { readMeasured } from './measured-file.ts';
import { writeCompat } from './write-compat.ts';

const committed = fileURLToPath(new URL('../../../reports/compat/', import.meta.url));

function runAt(wall: string, verdict: 'pass' | 'fail') {
  const subject = { name: 'p@1', kind: 'service-proxy', product: 'p', version: '1.0.0', versions: {}, remarks: [] };
  const start = runStart([specInfo()], { subjects: [subject], facts: { suite: 'abcdef1', family: 'ipv4' }, wall });
  return recordOfLines([start, { ...attemptLine(verdict), subjects: ['p@1'] }]);
}

describe('compatibility data on disk', () => {
  let folder = '';
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'staleproof-compat-'))));
  after(() => rm(folder, { recursive: true }));

  it('keeps what was measured before, and the newest of the runs, whatever their order', async () => {
    const runs = [runAt('2026-12-02T00:00:00.000Z', 'fail'), runAt('2026-12-01T00:00:00.000Z', 'pass')];
    expect(await writeCompat(folder, runs, [])).to.include({ added: 2, all: 1 });
    expect(await writeCompat(folder, [], [])).to.include({ added: 0, all: 1 });
    const { measurements } = await readCompat(join(folder, 'compat.json'));
    expect(measurements).to.have.length(1);
    expect(measurements[0]).to.include({ verdict: 'fail', date: '2026-12-02' });
    expect(await readFile(join(folder, 'index.html'), 'utf8')).to.contain('abcdef1');
  });

  it('is refused with its line where it is not as described', async () => {
    const file = join(folder, 'broken.jsonl');
    await writeFile(file, '{}\n');
    const told = await readMeasured(file).catch((error: unknown) => (error as Error).message);
    expect(told).to.match(/broken\.jsonl: line 1: measurements\.0\.product: /);
    expect(await readMeasured(join(folder, 'absent.jsonl'))).to.deep.equal([]);
  });

  it('of this repository is one piece: data, page and errata', async () => {
    const measured = await readMeasured(join(committed, 'measured.jsonl'));
    expect((await readCompat(join(committed, 'compat.json'))).measurements).to.deep.equal(measured);
    expect(measured.length).to.be.greaterThan(20);
    expect(measured.filter(({ dirty }) => dirty)).to.deep.equal([]);
    expect(await readErrata(join(committed, 'errata.md'))).to.be.an('array');
  });
});
