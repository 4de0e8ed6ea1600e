import { expect } from 'chai';
import { describe, it } from 'mocha';
import { fileURLToPath } from 'node:url';
import { loadDefectTables } from '../../../harness/run/defect-table.ts';
import type { AttemptLine, SubjectInfo } from '../../../harness/run/result-schema.ts';
import { runOne } from '../../../harness/run/testdata/run-one-attempt.ts';
import { cellsOfAttempt, withDefects } from '../../../harness/run/worst-cell.ts';
import type { CellOutcome, CellResult } from '../evidence/watch-cell.ts';
import { profileNamed } from '../profiles/profile.ts';
import type { LaneOutcome } from '../evidence/watch-lane-outcome.ts';
import { judgeLanes } from './watch-verdict.ts';

const table = fileURLToPath(new URL('../subjects/known-defects.yaml', import.meta.url));
const lost = { kind: 'lost', at: 0, connection: '10.0.0.1:1', reason: 'RST', resets: [], lostSegments: 0 } as const;
const passing: readonly (CellOutcome | undefined)[] = ['kept', 'recovered', 'healed'];
const cell = (client: string, outcome?: CellOutcome): CellResult => ({
  ...{ client, profile: 'reset-now', path: 'public', reason: `seen of ${client}`, fate: lost },
  verdict: outcome === undefined ? 'inconclusive' : passing.includes(outcome) ? 'pass' : 'fail',
  ...(outcome === undefined ? {} : { outcome }),
  ...{ connections: 1, relists: 0, deliveries: [], keepalivesAt: [] },
  events: { made: 1, byWatch: 1, byListOnly: 0, coalesced: 0, never: 0, twice: 0, late: 0, slowestMs: 1 } as never,
});
const info = (name: string, product: string, version: string, mode: string): SubjectInfo => ({
  ...{ name, kind: 'api-client', product, version, mode, versions: {}, remarks: [] },
});
const informer = info('client-node@1.4.0+informer', 'client-node', '1.4.0', 'informer');
const good = info('kubectl', 'kubectl', '1.36.0', 'watch');

/** The line of `watch/reset-now-…` after the engine has seen it beside the area's own table. */
async function lineOf(more: Partial<LaneOutcome>, subjects: readonly SubjectInfo[] = [informer, good]) {
  const outcome: LaneOutcome = {
    ...{ path: 'public', family: 'ipv4', cells: [], captures: [], updates: [], unavailable: [] },
    ...more,
  };
  const { line } = await runOne(
    (t) => judgeLanes(t, [{ profile: profileNamed('reset-now'), speaks: 'api', outcome }]),
    { subjects: subjects.map(({ name }) => name) },
  );
  const spec = { ...line.spec, id: 'watch/reset-now-is-survived-or-noticed' };
  const named: AttemptLine = { ...line, spec };
  const defects = await loadDefectTables([table]);
  return withDefects(named, cellsOfAttempt(named, defects, { family: 'ipv4', subjects }));
}

describe('a spec of the watch area', () => {
  it('is expected to fail when its only client fails as it is known to, and never passes', async () => {
    const line = await lineOf({ cells: [cell(informer.name, 'stopped')] });
    expect(line.verdict).to.equal('expected-fail');
    expect(line.defect?.id).to.equal('client-node-informer-stops');
    const beside = await lineOf({ cells: [cell(informer.name, 'stopped'), cell(good.name, 'recovered')] });
    expect(beside.verdict).to.equal('expected-fail');
    expect(beside.inShort).to.equal('2 clients through 1 balancer: 1 recovered, 1 stopped');
  });

  it('fails when the client fails in another way than it is known to', async () => {
    const line = await lineOf({ cells: [cell(informer.name, 'updates-missed')] });
    expect(line.verdict).to.equal('fail');
    expect(line.reason).to.match(/not the known defect client-node-informer-stops/);
  });

  it('fails for a release that nobody measured, and names the row', async () => {
    const other = info(informer.name, 'client-node', '1.4.1', 'informer');
    const line = await lineOf({ cells: [cell(informer.name, 'stopped')] }, [other]);
    expect(line.verdict).to.equal('fail');
    expect(line.reason).to.match(/perhaps client-node-informer-stops, not measured for this version/);
  });

  it('is news when one client passes that is known to fail, whatever the others do', async () => {
    const line = await lineOf({ cells: [cell(good.name, 'recovered'), cell(informer.name, 'recovered')] });
    expect(line.verdict).to.equal('unexpected-pass');
    expect(line.reason).to.contain(informer.name);
  });

  it('fails when a client fails that is not known to, beside one that is', async () => {
    const line = await lineOf({ cells: [cell(informer.name, 'stopped'), cell(good.name, 'unnoticed')] });
    expect(line.verdict).to.equal('fail');
    expect(line.known?.map(({ of, met }) => `${of} ${met}`)).to.deep.equal([`${informer.name} true`]);
  });

  it('is inconclusive when a cell has no decision and no other fails', async () => {
    const line = await lineOf({ cells: [cell(good.name), cell('curl', 'kept')] });
    expect(line.inShort).to.equal('2 clients through 1 balancer: 1 kept, 1 not judged');
    expect(line.verdict).to.equal('inconclusive');
    expect(line.failure?.message).to.contain('kubectl: through reset-now: seen of kubectl');
    expect((await lineOf({ cells: [cell(good.name)] })).verdict).to.equal('inconclusive');
    expect((await lineOf({ cells: [cell('curl', 'unnoticed'), cell(good.name)] })).verdict).to.equal('fail');
    expect((await lineOf({})).verdict, 'no client at all').to.equal('inconclusive');
  });

  it('is inconclusive when a client that was asked for is absent, and not when this machine cannot have it', async () => {
    const cells = [cell(good.name, 'kept')];
    const absent = { client: 'java-client@27.0.0', reason: 'the build failed' };
    const missed = await lineOf({ cells, unavailable: [{ ...absent, excused: false }] });
    expect(missed.verdict).to.equal('inconclusive');
    expect(missed.failure?.message).to.match(/java-client@27\.0\.0: .*cannot run here: the build failed/);
    const lacking = await lineOf({ cells, unavailable: [{ ...absent, excused: true }] });
    expect(lacking.verdict).to.equal('pass');
    expect(lacking.evidence.map(({ summary }) => summary)).to.include('not run: the build failed');
  });
});

describe('known defects of clients', () => {
  it('name products and modes that a client has, and versions that some client is pinned to where its name has one', async () => {
    const { clientLiterals } = await import('../subjects/api-clients.ts');
    for (const defect of await loadDefectTables([table])) {
      const holders = clientLiterals.filter(
        ({ name, mode }) =>
          name.replace(/[@+].*$/, '') === defect.product &&
          (defect.modes.length === 0 || (mode !== undefined && defect.modes.includes(mode))),
      );
      expect(holders.length, defect.id).to.be.greaterThan(0);
      const pinned = holders.flatMap(({ name }) => /@([\d.]+)/.exec(name)?.[1] ?? []);
      // A version that no client has any more was measured once and is measured never again.
      if (pinned.length > 0) expect(pinned, defect.id).to.include.members([...defect.measured.bad]);
    }
  });
});
