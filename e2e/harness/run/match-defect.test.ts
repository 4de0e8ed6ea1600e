import { expect } from 'chai';
import { describe, it } from 'mocha';
import { matchDefect, type KnownDefect } from './match-defect.ts';
import type { JudgementRecord } from './result-schema.ts';

const defect: KnownDefect = {
  id: 'proxy-scale-to-zero',
  product: 'kube-proxy',
  modes: ['iptables', 'nftables'],
  variants: ['own-node-ports'],
  versions: '>=1.33.13 <1.37.2',
  measured: { bad: ['1.33.13'], good: ['1.37.2'] },
  fixed: '1.37.2',
  families: ['ipv4', 'dual'],
  cells: [
    {
      spec: 'udp/scale-to-zero',
      signature: {
        judgement: 'row-removed',
        outcome: 'row-stays',
        facts: { backend: 'deleted' },
        measures: { 'share-lost': '>=0.99' },
      },
    },
  ],
  reason: 'rows stay',
  link: 'https://example.org/1',
};
const proxy = { name: 'kube-proxy-iptables', product: 'kube-proxy', version: 'v1.36.3', mode: 'iptables' };
const stays: JudgementRecord = {
  id: 'row-removed',
  ok: false,
  outcome: 'row-stays',
  facts: { backend: 'deleted', frontend: 'cluster-ip' },
  measures: { 'share-lost': 1 },
};
const good: JudgementRecord = { ...stays, ok: true, outcome: 'row-left' };
const at = { spec: 'udp/scale-to-zero', family: 'ipv4' };
const kindOf = (
  judgements: readonly JudgementRecord[],
  subject: Partial<typeof proxy> & { readonly name: string } = proxy,
  where: Partial<typeof at> = {},
): string => matchDefect([defect], subject, { ...at, ...where, judgements }).kind;

describe('a failure and the known defects', () => {
  it('is expected when product, mode, version, family and the signature of every failed judgement match', () => {
    expect(kindOf([good, stays])).to.equal('expected');
    expect(kindOf([stays], { ...proxy, name: 'kube-proxy-iptables@1.36.3' })).to.equal('expected');
    expect(kindOf([stays], proxy, { family: 'dual' })).to.equal('expected');
  });

  it('is a failure when one of its judgements is of another kind', () => {
    const answers: JudgementRecord = { ...stays, id: 'proxy-runs', outcome: 'not-running', facts: {} };
    for (const judgements of [
      [stays, answers],
      [answers],
      [{ ...stays, outcome: 'rules-never-written' }],
      [{ ...stays, facts: { backend: 'unready' } }],
      [{ ...stays, facts: {} }],
      [{ ...stays, measures: { 'share-lost': 0.5 } }],
      [{ ...stays, measures: {} }],
    ])
      expect(kindOf(judgements)).to.equal('other-failure');
    const match = matchDefect([defect], proxy, { ...at, judgements: [answers] });
    expect(match).to.have.property(
      'told',
      'not the known defect proxy-scale-to-zero, which fails as row-removed row-stays (backend deleted, share-lost >=0.99); this is proxy-runs not-running',
    );
  });

  it('is not excused on a version that was not measured, or that is not told', () => {
    const on = (version?: string) =>
      matchDefect(
        [defect],
        { ...proxy, ...(version === undefined ? {} : { version }) },
        { ...at, judgements: [stays] },
      );
    expect(on('1.37.2')).to.include({
      kind: 'not-measured',
      told: 'perhaps proxy-scale-to-zero, not measured for this version: range >=1.33.13 <1.37.2, fixed in 1.37.2, this is 1.37.2',
    });
    expect(kindOf([stays], { name: proxy.name, product: 'kube-proxy', mode: 'iptables' })).to.equal('not-measured');
    expect(kindOf([good], { ...proxy, version: '1.37.2' })).to.equal('none');
  });

  it('is not inherited by other products, modes, variants, families or specs', () => {
    expect(kindOf([stays], { ...proxy, product: 'kpng' })).to.equal('none');
    expect(kindOf([stays], { name: 'installed', version: '1.36.3', mode: 'iptables' })).to.equal('none');
    expect(kindOf([stays], { ...proxy, mode: 'ipvs' })).to.equal('none');
    expect(kindOf([stays], { ...proxy, name: 'kube-proxy-iptables+no-cleanup' })).to.equal('none');
    expect(kindOf([stays], { ...proxy, name: 'kube-proxy-iptables@1.36.3+own-node-ports' })).to.equal('expected');
    expect(kindOf([stays], proxy, { family: 'ipv6' })).to.equal('none');
    expect(kindOf([stays], proxy, { spec: 'udp/scale-to-zero-2' })).to.equal('none');
  });

  it('is missed when the spec passes within the range', () => {
    expect(kindOf([good])).to.equal('not-met');
  });

  it('of a product that counts by commits is matched by the commit alone', () => {
    const row = { ...defect, versions: 'edb81cd6', modes: [] };
    const match = (version: string) => matchDefect([row], { ...proxy, version }, { ...at, judgements: [stays] }).kind;
    expect(match('edb81cd6')).to.equal('expected');
    expect(match('edb81cd7')).to.equal('not-measured');
  });

  it('compares measures by each sign, and a measure that was not taken by none', () => {
    const asked = (text: string, value: number | undefined): string => {
      const [cell] = defect.cells;
      if (cell === undefined) throw new Error('no cell');
      const signature = { ...cell.signature, measures: { lost: text } };
      const row = { ...defect, cells: [{ ...cell, signature }] };
      const measures: Record<string, number> = value === undefined ? {} : { lost: value };
      return matchDefect([row], proxy, { ...at, judgements: [{ ...stays, measures }] }).kind;
    };
    const holds: readonly (readonly [string, number])[] = [
      ['>=1', 1],
      ['<=1', 1],
      ['>1', 2],
      ['<1', 0.5],
      ['=1', 1],
    ];
    for (const [text, value] of holds) expect(asked(text, value), text).to.equal('expected');
    const breaks: readonly (readonly [string, number | undefined])[] = [
      ...([
        ['>=1', 0.9],
        ['<=1', 1.1],
        ['>1', 1],
        ['<1', 1],
        ['=1', 2],
        ['>=0', undefined],
      ] as const),
      ['>=0', Number.NaN],
    ];
    for (const [text, value] of breaks) expect(asked(text, value), text).to.equal('other-failure');
  });
});
