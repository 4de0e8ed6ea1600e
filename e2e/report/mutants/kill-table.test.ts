import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Verdict } from '../../harness/run/result-schema.ts';
import { type KillFact, mergeFacts } from './kill-facts.ts';
import { killOutcome } from './kill-outcome.ts';
import { judgeKills } from './kill-rule.ts';
import { killTable } from './kill-table.ts';
import { killMarkdown, readKillFacts, writeKillTable } from './write-kill-table.ts';

const specs = ['udp/a', 'udp/b', 'udp/c'];
const subjects = [
  { name: 'good', caughtBy: [] },
  { name: 'other-good', caughtBy: [] },
  { name: 'bad', caughtBy: ['udp/a', 'udp/b'] },
];
const fact = (subject: string, spec: string, verdict: Verdict, family = 'ipv4'): KillFact => ({
  ...{ subject, family, spec, run: 'r', wall: '1', verdicts: [verdict], reason: '=why | <b>' },
});
const failing = (subject: string, spec: string, ...failed: readonly string[]): KillFact => ({
  ...fact(subject, spec, 'fail'),
  failed,
});
const tableOf = (...facts: KillFact[]) => killTable('udp', specs, subjects, facts, ['good']);
const statuses = (...facts: KillFact[]): readonly string[] =>
  tableOf(...facts).rows.map(({ subject, status }) => `${subject} ${status}`);

describe('outcome of a verdict', () => {
  const good = { good: true, meant: false };
  const meant = { good: false, meant: true };
  const unmeant = { good: false, meant: false };

  it('depends on what the subject is and whom the spec is meant for', () => {
    const rows: readonly (readonly [Verdict, string, string, string])[] = [
      ['fail', 'false-alarm', 'caught', 'also-caught'],
      ['pass', 'passed', 'missed', 'unaffected'],
      ['flaky', 'passed', 'missed', 'unaffected'],
      ['unexpected-pass', 'passed', 'missed', 'unaffected'],
      ['expected-fail', 'known-defect', 'known-defect', 'known-defect'],
      ['inconclusive', 'inconclusive', 'inconclusive', 'inconclusive'],
      ['infrastructure-error', 'inconclusive', 'inconclusive', 'inconclusive'],
      ['skip', 'skipped', 'skipped', 'skipped'],
      ['not-run', 'not-run', 'not-run', 'not-run'],
    ];
    for (const [verdict, ...expected] of rows)
      expect([good, meant, unmeant].map((role) => killOutcome([verdict], role))).to.deep.equal(expected);
  });

  it('is inconclusive, and nothing else, of a subject that does nothing to judge', () => {
    const inert = { good: true, meant: true, undecided: true };
    const told = (['inconclusive', 'pass', 'fail', 'infrastructure-error'] as const).map((one) =>
      killOutcome([one], inert),
    );
    expect(told).to.deep.equal(['withheld', 'missed', 'false-alarm', 'inconclusive']);
    expect(killOutcome(['inconclusive', 'pass'], inert)).to.equal('missed');
  });

  it('is the worst of several repetitions', () => {
    expect(killOutcome(['fail', 'pass', 'fail'], meant)).to.equal('missed');
    expect(killOutcome(['pass', 'fail', 'pass'], good)).to.equal('false-alarm');
    expect(killOutcome(['fail', 'inconclusive'], meant)).to.equal('inconclusive');
    expect(killOutcome([], meant)).to.equal('not-run');
  });
});

describe('kill table', () => {
  it('says killed when the specs that are meant for the mutant caught it', () => {
    const table = tableOf(fact('bad', 'udp/a', 'fail'), fact('bad', 'udp/b', 'fail'), fact('good', 'udp/a', 'pass'));
    expect(table.rows.map(({ subject, status }) => `${subject} ${status}`)).to.deep.equal(['good clean', 'bad killed']);
    expect(table.bothWays).to.deep.equal(['udp/a']);
    expect(table.neverRed).to.deep.equal(['udp/c']);
    expect(table.neverGreen).to.deep.equal(['udp/b', 'udp/c']);
  });

  it('does not hide a spec that missed behind one that caught', () => {
    const table = tableOf(fact('bad', 'udp/a', 'fail'), fact('bad', 'udp/b', 'pass'), fact('good', 'udp/a', 'pass'));
    expect(table.rows[1]?.status).to.equal('survived');
    expect(judgeKills([table], ['bad'])).to.deep.include({
      exitCode: 1,
      problems: ['bad survived: missed by udp/b'],
    });
  });

  it('counts no failure for another reason than the defect shows, nor one whose reason nobody recorded', () => {
    const told = [{ name: 'bad', caughtBy: ['udp/a'], caughtAs: ['row-removed: row-stays'] }];
    const judged = (one: KillFact) => judgeKills([killTable('udp', specs, told, [one])], ['bad']);
    expect(judged(failing('bad', 'udp/a', 'row-removed: row-stays')).exitCode).to.equal(0);
    expect(judged(failing('bad', 'udp/a', 'rules-written: never-written'))).to.deep.include({
      exitCode: 1,
      problems: ['bad survived: udp/a failed for another reason (rules-written: never-written)'],
    });
    expect(judged(failing('bad', 'udp/a', 'row-removed: row-stays', 'flow-settles: flaps')).exitCode).to.equal(1);
    expect(judged(fact('bad', 'udp/a', 'fail')).problems).to.deep.equal([
      'bad survived: udp/a failed for another reason (not recorded: =why | <b>)',
    ]);
  });

  it('does not count what a spec caught that is not meant for it', () => {
    expect(statuses(fact('bad', 'udp/c', 'fail'))).to.deep.equal(['good open', 'bad open']);
    expect(statuses(fact('bad', 'udp/c', 'fail'), fact('bad', 'udp/a', 'pass'))[1]).to.equal('bad survived');
  });

  it('hides neither a miss nor an accusation behind another family', () => {
    const miss = tableOf(fact('bad', 'udp/a', 'fail'), fact('bad', 'udp/a', 'pass', 'ipv6'));
    expect(miss.rows.find(({ subject }) => subject === 'bad')?.status).to.equal('survived');
    expect(statuses(fact('good', 'udp/a', 'fail'), fact('good', 'udp/a', 'pass', 'ipv6'))[0]).to.equal('good accused');
  });

  it('shows what was learnt on one family rather than that another was not run', () => {
    const facts = [fact('good', 'udp/a', 'not-run', '-'), fact('good', 'udp/a', 'expected-fail')];
    expect(tableOf(...facts).rows[0]?.cells.map(({ outcome }) => outcome)).to.deep.equal(['known-defect']);
  });

  it('wants no verdict on a subject that does nothing to judge', () => {
    const inert = [{ name: 'inert', caughtBy: [], undecided: ['udp/a'] }];
    const status = (...facts: KillFact[]): string | undefined => killTable('udp', specs, inert, facts).rows[0]?.status;
    expect(status()).to.equal('open');
    expect(status(fact('inert', 'udp/a', 'inconclusive'))).to.equal('withheld');
    expect(status(fact('inert', 'udp/a', 'pass'))).to.equal('survived');
    const withheld = killTable('udp', specs, inert, [fact('inert', 'udp/a', 'inconclusive')]);
    expect(judgeKills([withheld], ['inert']).exitCode).to.equal(0);
  });

  it('expects nothing of a defect on a family where it cannot show', () => {
    const six = [{ name: 'six', caughtBy: ['udp/a'], family: 'ipv6' }];
    const facts = [fact('six', 'udp/a', 'pass'), fact('six', 'udp/a', 'fail', 'ipv6')];
    expect(killTable('udp', specs, six, facts).rows[0]?.status).to.equal('killed');
    expect(killTable('udp', specs, six, facts.slice(0, 1)).rows[0]?.status).to.equal('open');
  });
});

describe('kill rule', () => {
  it('is broken by a survivor or an accusation, and open while something was not judged', () => {
    const killed = fact('bad', 'udp/a', 'fail');
    const code = (...facts: KillFact[]): number => judgeKills([tableOf(...facts)]).exitCode;
    expect(code(killed)).to.equal(2);
    expect(code(killed, fact('good', 'udp/a', 'inconclusive'))).to.equal(2);
    expect(code(killed, fact('good', 'udp/a', 'pass'), fact('good', 'udp/b', 'fail'))).to.equal(1);
    expect(code(fact('bad', 'udp/a', 'pass'))).to.equal(1);
    expect(judgeKills([]).exitCode).to.equal(2);
    const { problems } = judgeKills([tableOf(fact('bad', 'udp/a', 'not-run'))], ['bad']);
    expect(problems).to.deep.equal(['bad was not judged: run r: =why | <b>']);
  });

  it('is broken by a spec that was seen green only, and open while one was not seen both ways', () => {
    const both = [fact('bad', 'udp/a', 'fail'), fact('bad', 'udp/b', 'fail'), fact('good', 'udp/a', 'pass')];
    const whole = [...both, fact('good', 'udp/b', 'pass'), fact('bad', 'udp/c', 'fail'), fact('good', 'udp/c', 'pass')];
    expect(judgeKills([tableOf(...whole)])).to.deep.include({ exitCode: 0, problems: [] });
    expect(judgeKills([tableOf(...both)])).to.deep.include({
      exitCode: 2,
      problems: ['udp/c was never seen red', 'udp/b was never seen green', 'udp/c was never seen green'],
    });
    const dull = judgeKills([tableOf(...both, fact('good', 'udp/b', 'pass'), fact('good', 'udp/c', 'pass'))]);
    expect([dull.exitCode, dull.problems]).to.deep.equal([
      1,
      ['udp/c was seen green only: no known-bad subject turns it red'],
    ]);
  });

  it('is open while a spec that is meant for a mutant has not judged it', () => {
    const { exitCode, problems } = judgeKills([tableOf(fact('bad', 'udp/a', 'fail'))], ['bad']);
    expect([exitCode, problems]).to.deep.equal([2, ['bad was not judged by udp/b (not-run)']]);
  });

  it('asks about the named subjects only, and says what is wrong', () => {
    const caught = [fact('bad', 'udp/a', 'fail'), fact('bad', 'udp/b', 'fail')];
    const table = tableOf(...caught, fact('other-good', 'udp/a', 'fail'));
    expect(judgeKills([table], ['bad']).exitCode).to.equal(0);
    expect(judgeKills([table], ['good', 'other-good']).problems).to.deep.equal([
      'other-good is good and was accused by udp/a',
      'good was not judged: no spec ran',
    ]);
  });
});

describe('files of the kill table', () => {
  it('can be read back, and refuse to be something else', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'staleproof-kills-'));
    try {
      const facts = [failing('bad', 'udp/a', 'row-removed: row-stays'), fact('good', 'udp/a', 'pass')];
      expect(await readKillFacts(folder, 'udp')).to.deep.equal([]);
      await writeKillTable(tableOf(...facts), facts, folder);
      expect(await readKillFacts(folder, 'udp')).to.deep.equal(facts);
      const first = await readFile(join(folder, 'udp.json'), 'utf8');
      await writeKillTable(tableOf(...facts), mergeFacts(facts, await readKillFacts(folder, 'udp')), folder);
      expect(await readFile(join(folder, 'udp.json'), 'utf8'), 'the same facts again').to.equal(first);
      const csv = await readFile(join(folder, 'udp.csv'), 'utf8');
      expect(csv).to.include('bad,no,ipv4,udp/a,yes,caught,fail,r,').and.include("'=why");
      await writeFile(join(folder, 'udp.json'), '{"schema":9}');
      const refused = await readKillFacts(folder, 'udp').catch((error: unknown) => String(error));
      expect(refused).to.match(/udp\.json is no kill table of this version/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('show status, grid and what nobody has seen red', () => {
    const text = killMarkdown(tableOf(fact('bad', 'udp/a', 'fail'), fact('good', 'udp/a', 'pass')));
    expect(text)
      .to.include('1 of 1 known-bad subjects killed; 1 of 3 specs seen both red,')
      .and.include('- bad was not judged by udp/b ');
    expect(text).to.include('| bad | known bad | **killed** | ipv4 | a |  |  |  | b |  |');
    expect(text).to.include('| bad | ✓ | – |').and.include('- Never seen red: b, c');
  });
});
