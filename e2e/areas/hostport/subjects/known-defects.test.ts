/** Each signature of the table is one kind of failure of this area. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { fileURLToPath } from 'node:url';
import { loadDefectTables } from '../../../harness/run/defect-table.ts';
import type { FactLists, Judgement } from '../../../harness/run/judgement.ts';
import { matchDefect, signs } from '../../../harness/run/match-defect.ts';
import type { JudgementRecord } from '../../../harness/run/result-schema.ts';
import * as declared from '../judge/judgements.ts';

const table = await loadDefectTables([fileURLToPath(new URL('known-defects.yaml', import.meta.url))]);
const judgements = Object.values(declared).filter((one): one is typeof one & Judgement => 'fails' in one);

/** Every choice of one value a fact. */
const choices = (lists: FactLists): readonly Readonly<Record<string, string>>[] =>
  Object.entries(lists).reduce<readonly Readonly<Record<string, string>>[]>(
    (found, [name, values]) => found.flatMap((facts) => values.map((value) => ({ ...facts, [name]: value }))),
    [{}],
  );

const failures: readonly JudgementRecord[] = judgements.flatMap(({ id, fails, facts }: Judgement) =>
  fails.flatMap((outcome) => choices(facts).map((one) => ({ id, ok: false, outcome, facts: one, measures: {} }))),
);

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
