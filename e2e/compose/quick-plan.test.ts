import { expect } from 'chai';
import { describe, it } from 'mocha';
import { areas } from '../areas/index.ts';
import { quickPlan, quickTable } from './quick-plan.ts';

describe('a first look', () => {
  const { onCluster, beside } = quickPlan(areas.kinds);
  const runs = [...onCluster, ...beside];

  it('answers each area’s question both ways', () => {
    for (const area of areas.names)
      expect(
        runs.flatMap(({ cells }) => cells.filter((cell) => cell.area === area).map(({ expected }) => expected)).sort(),
        area,
      ).to.deep.equal(['fail', 'pass']);
  });

  it('names subjects that exist: the known-bad one is caught by that very spec', () => {
    const entries = new Map(areas.subjects.map((entry) => [entry.name, entry]));
    for (const { spec, subject, expected } of runs.flatMap(({ cells }) => cells)) {
      const caughtBy = entries.get(subject)?.caughtBy;
      if (expected === 'pass') expect(caughtBy, subject).to.deep.equal([]);
      else expect(caughtBy, subject).to.include(spec);
    }
  });

  it('needs one cluster, and none for what runs on this machine', () => {
    expect(onCluster.map(({ name }) => name)).to.deep.equal(['good', 'bad']);
    expect(onCluster[0]?.args.join(' ')).to.match(/^--backend kube-proxy-iptables --focus \^udp\S+ .*--keep --reuse$/);
    for (const { args } of beside) expect(args).not.to.include('--keep');
  });

  it('says what is not as it must be; a spec that did not run is no pass', () => {
    const [run] = beside.filter(({ name }) => name === 'bad-here');
    if (run === undefined) throw new Error('no known-bad run on this machine');
    const spec = run.cells[0]?.spec ?? '';
    expect(quickTable([{ run, observed: new Map([[spec, 'fail']]) }]).surprises).to.deep.equal([]);
    expect(quickTable([{ run, observed: new Map([[spec, 'pass']]) }])).to.deep.equal({
      lines: [`  ${spec}  node-socket  pass   (must fail)`],
      surprises: ['pass'],
    });
    expect(quickTable([{ run, observed: new Map() }]).surprises).to.deep.equal(['not-run']);
  });
});
