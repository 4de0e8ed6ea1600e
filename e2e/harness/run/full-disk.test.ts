import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { readJournal } from './journal-replay.ts';

const writer = fileURLToPath(new URL('testdata/full-disk.ts', import.meta.url));

describe('a disk that is nearly full', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'staleproof-full-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (what: string): { recorded: readonly string[]; refused: readonly string[] } =>
    JSON.parse(
      execFileSync(process.execPath, ['--import', 'tsx', writer, what, folder], { encoding: 'utf8' }),
    ) as ReturnType<typeof write>;

  it('leaves in the journal every change that was taken for recorded, and no half line', () => {
    const { recorded, refused } = write('journal');
    expect(refused.length, 'refused').to.be.greaterThan(2);
    expect(refused[0]).to.match(/^journal .*full\.jsonl: EFBIG/);
    const { open, unreadable, header } = readJournal(join(folder, 'full.jsonl'));
    expect(open.map(({ entry }) => ('path' in entry ? entry.path : ''))).to.deep.equal(recorded);
    expect(unreadable).to.deep.equal([]);
    expect(header?.run).to.equal('full');
    expect(recorded, 'those after there was room again').to.have.length(25 - refused.length);
  });

  it('never leaves a journal that does not say whose it is: gc would take its changes for those of a dead run', () => {
    const { recorded, refused } = write('header');
    expect(refused).to.have.length(1);
    const { open, header } = readJournal(join(folder, 'full.jsonl'));
    expect(header?.run).to.equal('full');
    expect(open).to.have.length(5);
    expect(recorded).to.have.length(5);
  });

  const resultLines = (): readonly unknown[] =>
    readFileSync(join(folder, 'results.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);

  it('leaves results of whole lines, and says that there are fewer than there should be', () => {
    const { recorded, refused } = write('results');
    expect(refused[0]).to.match(/^EFBIG/);
    expect(recorded[0]).to.match(/^EFBIG/);
    expect(recorded[1], 'troubles').to.equal('1');
    expect(resultLines()).to.have.length.within(10, 19);
  });

  it('writes what it could not write as soon as there is room, in its order', () => {
    const { recorded } = write('results-recover');
    expect(recorded).to.deep.equal(['all', '0']);
    const lines = resultLines() as readonly { at: number }[];
    expect(lines.map(({ at }) => at)).to.deep.equal([...Array(25).keys()]);
  });

  it('leaves no half of a report: the one before stays, and nothing beside it', () => {
    const { refused } = write('report');
    expect(refused[0]).to.match(/EFBIG/);
    expect(readFileSync(join(folder, 'junit.xml'), 'utf8')).to.equal('the run before');
    expect(readdirSync(folder).filter((name) => name !== 'full.jsonl')).to.deep.equal(['junit.xml']);
  });
});
