import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Compat, CompatDefect, CompatMeasurement } from '../report/compat/compat-schema.ts';
import { defectStatus } from './defect-status.ts';

const defect: CompatDefect = {
  ...{ id: 'rows-stay', product: 'kube-proxy', title: 'rows stay', affected: '>=1.32.0 <1.34.0', fixed: '1.34.0' },
  ...{ trigger: 'a port changes', avoid: 'upgrade', refs: [], specs: ['udp/a', 'udp/b'] },
};
type Given = Partial<CompatMeasurement> & Pick<CompatMeasurement, 'version'>;
const measured = (given: Given): CompatMeasurement => ({
  ...{
    product: 'kube-proxy',
    mode: 'iptables',
    ipFamily: 'ipv4',
    area: 'udp',
    spec: 'udp/a',
    claim: 'c',
    verdict: 'pass',
  },
  ...{ kubernetes: '1.36.3', kernel: '6', commit: 'c', dirty: false, date: '2026-11-30', repeat: 'npm run e2e' },
  ...given,
});
const bad = (version: string, more: Partial<CompatMeasurement> = {}) => [
  measured({ version, verdict: 'expected-fail', defect: 'rows-stay', ...more }),
];
const good = (version: string, more: Partial<CompatMeasurement> = {}) =>
  ['udp/a', 'udp/b'].map((spec) => measured({ version, spec, ...more }));
const compat = (...measurements: CompatMeasurement[]): Compat => ({ schema: 1, measurements, defects: [defect] });
const told = (data: Compat, version: string | undefined, mode: string | undefined = 'iptables', of = defect) => {
  const status = defectStatus(data, of, version, mode);
  return status === undefined ? 'other mode' : `${String(status.has)} ${status.by}`;
};

describe('whether a version has a defect', () => {
  it('is what was measured on it', () => {
    expect(told(compat(...bad('1.33.2')), '1.33.2')).to.equal('true measured');
    expect(told(compat(...good('1.33.2')), '1.33.2')).to.equal('false measured');
    // The measurement wins over the list.
    expect(told(compat(...bad('1.35.0')), '1.35.0')).to.equal('true measured');
  });

  it('is inferred between two equal measurements of its minor, and of no other', () => {
    expect(told(compat(...bad('1.36.1'), ...bad('1.36.5')), '1.36.3')).to.equal('true inferred');
    expect(told(compat(...good('1.31.1'), ...good('1.31.5')), '1.31.3')).to.equal('false inferred');
    expect(told(compat(...good('1.31.1'), ...bad('1.31.5')), '1.31.3')).to.equal('undefined not measured');
    expect(told(compat(...good('1.31.1')), '1.31.3')).to.equal('undefined not measured');
    expect(told(compat(...good('1.30.9'), ...good('1.32.0')), '1.31.3')).to.equal('undefined not measured');
  });

  it('is what the list says where nobody measured, and unknown outside of it', () => {
    expect(told(compat(), '1.33.0')).to.equal('true listed');
    expect(told(compat(), '1.34.2')).to.equal('false listed');
    expect(told(compat(), '1.31.0')).to.equal('undefined not measured');
    expect(told(compat(...bad('1.33.0')), undefined)).to.equal('undefined not measured');
  });

  it('is not good by half a measurement, nor by an inconclusive one', () => {
    const half = compat(measured({ version: '1.31.0' }));
    expect(told(half, '1.31.0')).to.equal('undefined not measured');
    const spoilt = compat(...good('1.31.0'), measured({ version: '1.31.0', verdict: 'inconclusive' }));
    expect(told(spoilt, '1.31.0')).to.equal('undefined not measured');
    const other = compat(measured({ version: '1.31.0', verdict: 'fail' }), ...good('1.31.0'));
    expect(told(other, '1.31.0')).to.equal('undefined not measured');
  });

  it('holds in the modes that have it, and in an unknown one only where all agree', () => {
    const nftables = { ...defect, modes: ['nftables'] };
    expect(told(compat(...bad('1.33.0')), '1.33.0', 'iptables', nftables)).to.equal('other mode');
    const both = compat(...bad('1.33.0'), ...bad('1.33.0', { mode: 'nftables' }));
    expect(defectStatus(both, defect, '1.33.0', undefined)).to.include({ has: true, by: 'measured' });
    const one = compat(...bad('1.35.0'), ...good('1.35.0', { mode: 'nftables' }));
    expect(defectStatus(one, defect, '1.35.0', undefined)).to.include({ has: undefined, by: 'not measured' });
    expect(defectStatus(one, nftables, '1.35.0', undefined)).to.include({ has: undefined });
  });

  it('counts a product by its commits where it has no versions', () => {
    const kpng = { ...defect, product: 'kpng', affected: 'edb81cd6', fixed: null };
    expect(told(compat(), 'edb81cd6', 'nft', kpng)).to.equal('true listed');
    expect(told(compat(), 'aaaaaaaa', 'nft', kpng)).to.equal('undefined not measured');
  });
});
