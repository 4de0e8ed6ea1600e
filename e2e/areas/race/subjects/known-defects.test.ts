/** Each signature of the table matches one kind of failure, and none that another cause has. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { fileURLToPath } from 'node:url';
import { loadDefectTables } from '../../../harness/run/defect-table.ts';
import { matchDefect, signs } from '../../../harness/run/match-defect.ts';
import { declaredFailures } from '../../../harness/run/testdata/declared-failures.ts';
import type { JudgementRecord } from '../../../harness/run/result-schema.ts';
import * as declared from '../judge/judgements.ts';
import { NPA } from './kind.ts';

const table = await loadDefectTables([fileURLToPath(new URL('known-defects.yaml', import.meta.url))]);
/** As bad as each can be. */
const failures = declaredFailures(declared, { 'share-cut': 1, 'share-heard': 1, 'share-left': 1, 'share-ended': 1 });

describe('known defects of network policy agents', () => {
  it('are signed by one kind of failure each', () => {
    expect(failures.length).to.be.greaterThan(40);
    for (const { id, cells } of table)
      for (const { spec, signature } of cells)
        expect(
          failures.filter((failure) => signs(signature, failure)),
          `${id} in ${spec}`,
        ).to.have.length(1);
  });

  it('are nothing that an agent which gave up, or cuts flows for good, would show', () => {
    const others = failures.filter(({ outcome }) => ['gave-up', 'leaks', 'cut-for-good'].includes(outcome));
    for (const { id, cells } of table)
      for (const { signature } of cells)
        expect(
          others.filter((failure) => signs(signature, failure)),
          id,
        ).to.deep.equal([]);
  });

  it('are of the versions that were measured, and of no variant that mends them', () => {
    const judged = (share: number): JudgementRecord => ({
      ...{ id: 'idle-flows-survive', ok: false, outcome: 'cut-until-client-sends' },
      ...{ facts: { after: 'programs-changed' }, measures: { 'share-cut': share } },
    });
    const kindOf = (subject: { name: string; product?: string; version?: string }, share = 1): string =>
      matchDefect(table, subject, {
        ...{ spec: 'race/flows-survive-agent-upgrade', family: 'ipv4' },
        judgements: [judged(share)],
      }).kind;
    const agent = { name: 'npa@1.4.3', product: NPA, version: '1.4.3' };
    expect(kindOf(agent)).to.equal('expected');
    expect(kindOf({ ...agent, name: 'npa@installed' }), 'the same version, installed by somebody else').to.equal(
      'expected',
    );
    expect(kindOf({ ...agent, version: '1.4.0' })).to.equal('not-measured');
    expect(kindOf({ name: 'npa@1.4.3', product: NPA }), 'a version that is not told').to.equal('not-measured');
    expect(kindOf({ ...agent, name: 'npa@1.4.3+keep-on-start' })).to.equal('none');
    expect(kindOf(agent, 0.5), 'half of the flows is another failure').to.equal('other-failure');
  });
});
