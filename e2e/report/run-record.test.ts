import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { ResultLine } from '../harness/run/result-schema.ts';
import { reportOf } from './report-data.ts';
import { attemptLine, runEnd, runStart, specInfo, wholeRun } from './result-fixture.ts';
import { outcomesOf, readRun, recordOfLines } from './run-record.ts';

async function folderWith(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'run-'));
  await writeFile(join(folder, 'results.jsonl'), text);
  return folder;
}
const jsonl = (lines: readonly ResultLine[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

describe('run-record', () => {
  it('reads what was written', async () => {
    const lines = wholeRun([attemptLine('pass')]);
    const run = await readRun(await folderWith(jsonl(lines)));
    expect(run.troubles).to.deep.equal([]);
    expect(run.attempts).to.deep.equal(lines.slice(1, 2));
  });

  it('tolerates a torn last line and says that the run was killed', async () => {
    const text = jsonl(wholeRun([attemptLine('pass'), attemptLine('fail', { spec: specInfo('udp/b') })]));
    for (const cut of [text.length - 5, text.length - 200, text.lastIndexOf('"repetition"')]) {
      const run = await readRun(await folderWith(text.slice(0, cut)));
      expect(run.troubles.join('\n')).to.contain('it is the last line, so the run was probably killed');
      expect(outcomesOf(run)).to.have.length(2);
    }
  });

  it('puts a skipped spec to whom it would have judged', async () => {
    const run = await readRun(await folderWith(jsonl(wholeRun([attemptLine('skip', { subjects: [] })]))));
    expect(outcomesOf(run).map(({ verdict, subjects }) => [verdict, ...subjects])).to.deep.equal([
      ['skip', 'kube-proxy-nftables'],
    ]);
  });

  it('takes versions of subjects that stood only later from the note that tells them', async () => {
    const [start, attempt, end] = wholeRun([attemptLine('pass')]);
    const [subject] = start?.type === 'run-start' ? start.subjects : [];
    if (start === undefined || attempt === undefined || end === undefined || subject === undefined) throw new Error();
    const later = { ...subject, versions: { proxy: '9.9' }, remarks: [] };
    const note = { type: 'note' as const, at: 5, level: 'info' as const, summary: 'installed' };
    const told = { ...note, data: { subjects: [later] } } as unknown as ResultLine;
    const lines = [start, told, { ...note, data: { other: 1 } }, attempt, end];
    const run = await readRun(await folderWith(jsonl(lines)));
    expect(run.start?.subjects[0]?.versions).to.deep.equal({ proxy: '9.9' });
    expect(run.troubles).to.deep.equal([]);
  });

  it('names an invalid line in the middle and keeps the others', async () => {
    const [start, attempt, end] = wholeRun([attemptLine('pass')]);
    const broken = { ...attempt, verdict: 'green' };
    const text = [start, attempt, broken, end].map((line) => JSON.stringify(line)).join('\n');
    const run = await readRun(await folderWith(text));
    expect(run.troubles).to.have.length(1);
    expect(run.troubles[0]).to.match(/^line 3 of results\.jsonl: verdict: /);
    expect(run.attempts).to.have.length(1);
  });

  it('turns a missing file into a trouble', async () => {
    const run = await readRun(await mkdtemp(join(tmpdir(), 'run-')));
    expect(run.troubles[0]).to.contain('ENOENT');
  });

  it('refuses a schema that is newer than itself', async () => {
    const run = await readRun(await folderWith(jsonl([runStart([], { schema: 99 })])));
    expect(run.troubles[0]).to.contain('newer staleproof');
  });

  it('ignores keys that a later schema adds', async () => {
    const added = { ...attemptLine('pass'), colour: 'blue' };
    const run = await readRun(await folderWith(jsonl([runStart([specInfo()]), added, runEnd()])));
    expect(run.troubles).to.deep.equal([]);
  });

  it('calls a spec flaky that passed after a retry, and not-run when the retry is missing', () => {
    const first = attemptLine('fail', { final: false });
    const [flaky] = outcomesOf(recordOfLines(wholeRun([first, attemptLine('pass', { attempt: 2 })])));
    expect(flaky?.verdict).to.equal('flaky');
    const [cut] = outcomesOf(recordOfLines(wholeRun([first])));
    expect(cut?.verdict).to.equal('not-run');
  });

  it('keeps specs of a set-up that failed under the subject and family that were asked for', () => {
    const options = { backend: 'kube-proxy-iptables', subject: ['npa@1.4.3'], ipFamily: 'ipv6' };
    const specs = [specInfo('udp/a', { judges: 'service-proxy' }), specInfo('race/b', { judges: 'policy-agent' })];
    const run = recordOfLines([runStart(specs, { subjects: [], facts: {}, options }), runEnd({ exitCode: 2 })]);
    expect(outcomesOf(run).map((outcome) => [outcome.subjects, outcome.family])).to.deep.equal([
      [['kube-proxy-iptables'], 'ipv6'],
      [['npa@1.4.3'], 'ipv6'],
    ]);
  });

  it('keeps definition order whatever finished first', () => {
    const specs = ['udp/a', 'udp/b', 'udp/c'].map((id) => specInfo(id));
    const attempts = specs.toReversed().map((spec) => attemptLine('pass', { spec }));
    const run = recordOfLines([runStart(specs), ...attempts, runEnd()]);
    expect(outcomesOf(run).map((outcome) => outcome.spec.id)).to.deep.equal(['udp/a', 'udp/b', 'udp/c']);
  });
});

describe('report-data', () => {
  it('merges shards: a spec that one shard left out and another ran is not reported as not run', () => {
    const specs = ['udp/a', 'udp/b'].map((id) => specInfo(id));
    const shard = (index: number) => {
      const spec = specs[index];
      if (spec === undefined) throw new Error('no such spec');
      return recordOfLines([runStart(specs, { run: `shard-${index}` }), attemptLine('pass', { spec }), runEnd()]);
    };
    const report = reportOf([shard(0), shard(1)]);
    expect(report.outcomes.map((outcome) => [outcome.spec.id, outcome.verdict])).to.deep.equal([
      ['udp/a', 'pass'],
      ['udp/b', 'pass'],
    ]);
  });

  it('hides no failure when two runs disagree', () => {
    const run = (verdict: 'pass' | 'fail') => recordOfLines(wholeRun([attemptLine(verdict)]));
    expect(reportOf([run('fail'), run('pass')]).counts).to.include({ pass: 1, fail: 1 });
  });
});
