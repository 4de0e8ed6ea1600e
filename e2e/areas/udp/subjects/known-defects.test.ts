/** Each signature of the table matches one kind of failure, and none that another cause has. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { fileURLToPath } from 'node:url';
import { loadDefectTables } from '../../../harness/run/defect-table.ts';
import { matchDefect, signs } from '../../../harness/run/match-defect.ts';
import { declaredFailures } from '../../../harness/run/testdata/declared-failures.ts';
import * as declared from '../judge/judgements.ts';

const table = await loadDefectTables([fileURLToPath(new URL('known-defects.yaml', import.meta.url))]);
const failures = declaredFailures(declared);

describe('known defects of service proxies', () => {
  it('are signed by one kind of failure each', () => {
    expect(failures.length).to.be.greaterThan(300);
    for (const { id, cells } of table)
      for (const { spec, signature } of cells)
        expect(
          failures.filter((failure) => signs(signature, failure)),
          `${id} in ${spec}`,
        ).to.have.length(1);
  });

  it('are nothing that a proxy which does not run, or writes no rules, would show', () => {
    const others = failures.filter(
      ({ id, facts }) => id === 'rules-written' || facts['rules'] === 'not-written' || facts['rules'] === 'not-watched',
    );
    expect(others.length).to.be.greaterThan(100);
    for (const { id, cells } of table)
      for (const { signature } of cells)
        expect(
          others.filter((failure) => signs(signature, failure)),
          id,
        ).to.deep.equal([]);
  });

  it('are of the product and version that were measured', () => {
    const record = failures.find(
      ({ id, outcome, facts }) =>
        id === 'row-removed' &&
        outcome === 'row-stays' &&
        facts['frontend'] === 'cluster-ip' &&
        facts['backend'] === 'deleted' &&
        facts['rules'] === 'written',
    );
    const kindOf = (subject: { name: string; product?: string; version?: string; mode?: string }): string =>
      matchDefect(table, subject, {
        spec: 'udp/scale-to-zero-one-way',
        family: 'ipv4',
        judgements: record === undefined ? [] : [record],
      }).kind;
    const proxy = { name: 'kube-proxy-iptables', product: 'kube-proxy', version: '1.36.3', mode: 'iptables' };
    expect(kindOf(proxy)).to.equal('expected');
    expect(kindOf({ ...proxy, name: 'kube-proxy-iptables+own-node-ports' })).to.equal('expected');
    expect(kindOf({ ...proxy, name: 'kube-proxy-iptables+no-cleanup' })).to.equal('none');
    expect(kindOf({ ...proxy, version: '1.37.2' })).to.equal('not-measured');
    expect(kindOf({ name: 'service-proxy@installed' })).to.equal('none');
  });
});
