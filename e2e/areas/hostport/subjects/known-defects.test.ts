/** Each signature of the table is one kind of failure of this area. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { fileURLToPath } from 'node:url';
import { loadDefectTables } from '../../../harness/run/defect-table.ts';
import { matchDefect, signs } from '../../../harness/run/match-defect.ts';
import { declaredFailures } from '../../../harness/run/testdata/declared-failures.ts';
import * as declared from '../judge/judgements.ts';

const table = await loadDefectTables([fileURLToPath(new URL('known-defects.yaml', import.meta.url))]);
const failures = declaredFailures(declared);

describe('known defects of port mappers', () => {
  it('are signed by one kind of failure each, and never by rules that are not written', () => {
    expect(failures.length).to.be.greaterThan(50);
    for (const { id, cells } of table)
      for (const { spec, signature } of cells) {
        expect(
          failures.filter((failure) => signs(signature, failure)),
          `${id} in ${spec}`,
        ).to.have.length(1);
        expect(signature.judgement).not.to.equal('mapped-rules-written');
      }
  });

  it('are of the releases that were measured, and not of our own mends and defects', () => {
    const record = failures.find(
      ({ id, outcome, facts }) => id === 'mapped-row-removed' && outcome === 'row-stays' && facts['change'] === 'gone',
    );
    const kindOf = (version: string, name = `portmap-iptables@${version}`): string =>
      matchDefect(
        table,
        { name, product: 'portmap', version, mode: 'iptables' },
        { spec: 'hostport/pod-goes', family: 'ipv4', judgements: record === undefined ? [] : [record] },
      ).kind;
    expect(kindOf('1.9.1')).to.equal('expected');
    expect(kindOf('1.10.0')).to.equal('not-measured');
    expect(kindOf('1.9.1', 'portmap-iptables@1.9.1+no-flush')).to.equal('none');
  });
});
