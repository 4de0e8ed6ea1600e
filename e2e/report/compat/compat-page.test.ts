import { expect } from 'chai';
import { describe, it } from 'mocha';
import { attemptLine, runStart, specInfo } from '../result-fixture.ts';
import { recordOfLines } from '../run-record.ts';
import { compatPage } from './compat-page.ts';
import type { CompatDefect, CompatMeasurement } from './compat-schema.ts';
import { compatTables } from './compat-table.ts';
import { errataOf } from './errata.ts';
import { measurementsOf, mergedMeasurements } from './measurements.ts';

const subject = {
  ...{ name: 'kube-proxy-iptables@1.31.0', kind: 'service-proxy', product: 'kube-proxy', version: '1.31.0' },
  ...{ mode: 'iptables', versions: {}, remarks: [] },
};
const facts = { suite: 'b5addfe66459', kubernetes: 'v1.36.3', kernel: '6.18', family: 'ipv4' };

function measured(version: string, more: Partial<CompatMeasurement> = {}): CompatMeasurement {
  return {
    ...{ product: 'kube-proxy', version, mode: 'iptables', ipFamily: 'ipv4', area: 'udp', spec: 'udp/zero-to-one' },
    ...{ claim: 'It MUST.', verdict: 'pass', kubernetes: '1.36.3', kernel: '6.18', commit: 'b5addfe66459' },
    ...{ dirty: false, date: '2026-12-01', repeat: 'npm run e2e' },
    ...more,
  };
}

describe('what a run measured of releases', () => {
  const runOf = (subjects: readonly (typeof subject)[], lines = [attemptLine('pass')], suite = facts.suite) => {
    const start = runStart([specInfo()], { subjects, facts: { ...facts, suite }, wall: '2026-12-01T01:02:03.000Z' });
    return recordOfLines([start, ...lines.map((line) => ({ ...line, subjects: subjects.map(({ name }) => name) }))]);
  };

  it('names release, claim, verdict, figures, commit, day and the command that repeats it', () => {
    const line = attemptLine('pass', { inShort: 'the stale row went; 13 datagrams lost' });
    expect(measurementsOf(runOf([subject], [line]))).to.deep.equal([
      measured('1.31.0', {
        ...{ spec: 'udp/clusterip-server-cycles', claim: specInfo().claim },
        figures: 'the stale row went; 13 datagrams lost',
        repeat: `npm run e2e -- --subject kube-proxy-iptables@1.31.0 -i ipv4 --focus 'udp/clusterip-server-cycles$'`,
      }),
    ]);
    const [known] = measurementsOf(runOf([subject], [attemptLine('expected-fail')]));
    expect(known).to.include({ verdict: 'expected-fail', defect: 'stale-nodeport-row' });
    expect(JSON.stringify(measurementsOf(runOf([subject], [attemptLine('fail')])))).to.not.contain('10.');
    expect(measurementsOf(runOf([subject], undefined, 'b5addfe66459 with changes'))[0]).to.include({ dirty: true });
  });

  it('counts no variant, no subject without a version, no crowd, no run without a commit and no spec without a verdict', () => {
    const none = (run: Parameters<typeof measurementsOf>[0]): void => {
      expect(measurementsOf(run)).to.deep.equal([]);
    };
    none(runOf([{ ...subject, name: 'kube-proxy-iptables@1.31.0+no-cleanup' }]));
    none(runOf([{ ...subject, version: undefined as unknown as string }]));
    none(runOf([subject, { ...subject, name: 'another@1' }]));
    none(runOf([subject], undefined, 'unknown'));
    none(runOf([subject], [attemptLine('infrastructure-error')]));
    none(runOf([subject], []));
  });

  it('takes the place of an older measurement of the same, and of no other', () => {
    const merged = mergedMeasurements(
      [measured('1.34.0'), measured('1.9.0')],
      [measured('1.34.0', { verdict: 'fail' })],
    );
    expect(merged.map(({ version, verdict }) => `${version} ${verdict}`)).to.deep.equal(['1.9.0 pass', '1.34.0 fail']);
  });
});

describe('a cell that nobody measured', () => {
  const cellOf = (
    below: Partial<CompatMeasurement>,
    above: Partial<CompatMeasurement>,
    versions = ['1.33.2', '1.33.9'],
  ) => {
    const [low = '', high = ''] = versions;
    const other = measured('1.33.6', { spec: 'udp/other' });
    const [table] = compatTables([measured(low, below), measured(high, above), other]);
    const row = table?.rows.find(({ spec }) => spec === 'udp/zero-to-one');
    return row?.cells[table?.versions.indexOf('1.33.6') ?? -1]?.kind ?? 'not known';
  };

  it('is inferred between two equal ones of its own minor, and never else', () => {
    expect(cellOf({}, {})).to.equal('inferred');
    expect(cellOf({ verdict: 'expected-fail', defect: 'a' }, { verdict: 'expected-fail', defect: 'a' })).to.equal(
      'inferred',
    );
    expect(cellOf({}, { verdict: 'fail' })).to.equal('not known');
    expect(cellOf({ verdict: 'expected-fail', defect: 'a' }, { verdict: 'expected-fail', defect: 'b' })).to.equal(
      'not known',
    );
    expect(cellOf({ verdict: 'inconclusive' }, { verdict: 'inconclusive' })).to.equal('not known');
    expect(cellOf({}, {}, ['1.32.2', '1.33.9'])).to.equal('not known');
    expect(cellOf({}, {}, ['1.33.2', '1.34.0'])).to.equal('not known');
  });
});

describe('the compatibility page', () => {
  const defect: CompatDefect = {
    ...{ id: 'rows-stay', product: 'kube-proxy', title: 'rows <stay>', affected: '<1.34.0', fixed: '1.34.0' },
    ...{
      trigger: 't',
      avoid: 'a',
      refs: ['https://github.com/kubernetes/kubernetes/pull/130542'],
      specs: ['udp/zero-to-one'],
    },
  };
  const data = {
    schema: 1 as const,
    measurements: [
      measured('1.33.2', { verdict: 'expected-fail', defect: 'rows-stay', figures: '<b>539</b>' }),
      measured('1.34.0'),
    ],
    defects: [defect],
  };

  it('shows releases in order, what was measured, by which commit, and the defect with its link; all of it escaped', async () => {
    const page = await compatPage(data, []);
    expect(page.indexOf('>1.33.2<')).to.be.lessThan(page.indexOf('>1.34.0<'));
    for (const part of [
      'suite b5addfe66459',
      '2026-12-01',
      'fixed in 1.34.0',
      'pull/130542',
      '&lt;b&gt;539',
      'rows &lt;stay&gt;',
    ])
      expect(page).to.contain(part);
  });

  it('shows what a maintainer corrects at its cell', async () => {
    const text =
      '# Errata\n\n| product | version | spec | says | link |\n|---|---|---|---|---|\n| kube-proxy | 1.34.0 | udp/zero-to-one | by design \\| so | https://example.org/1 |\n';
    const errata = errataOf(text, 'errata.md');
    expect(errata).to.deep.equal([
      {
        product: 'kube-proxy',
        version: '1.34.0',
        spec: 'udp/zero-to-one',
        says: 'by design | so',
        link: 'https://example.org/1',
      },
    ]);
    expect((await compatPage(data, errata)).split('a maintainer says: by design | so')).to.have.length(2);
    expect(() => errataOf(`${text}| kube-proxy | 1.34.0 |\n`, 'errata.md')).to.throw(
      'errata.md: line 6: expected 5 filled columns',
    );
  });
});
