import { expect } from 'chai';
import { describe, it } from 'mocha';
import { areas } from '../areas/index.ts';
import { type AccessAnswer, requiredAccess } from '../harness/cluster/access.ts';
import { accessRows, nodeRows } from './doctor-cluster.ts';
import { forecastText } from './doctor-specs.ts';

const answers = (denied: readonly string[]): readonly AccessAnswer[] =>
  requiredAccess(areas.all).map((permission) => ({
    permission,
    allowed: !denied.includes(`${permission.verb} ${permission.resource}`),
    reason: '',
  }));

describe('doctor about a cluster that is not ours', () => {
  it('answers verb by verb', () => {
    const rows = accessRows(answers(['delete pods']), 'mine');
    const pods = rows.find(({ what, found }) => what === 'pods' && found.includes('delete'));
    expect(pods?.found).to.equal('get ✓ list ✓ create ✓ patch ✓ delete ✗ deletecollection ✓');
    expect([pods?.state, pods?.remedy]).to.deep.equal([
      'missing',
      'a role that allows it; ask: kubectl --context mine auth can-i delete pods -A',
    ]);
    expect(rows.find(({ what }) => what === 'daemonsets.apps')).to.include({ state: 'ok', remedy: '' });
  });

  it('calls a right limited that costs only some areas', () => {
    const rows = accessRows(answers(['create customresourcedefinitions']), 'mine');
    const row = rows.find(({ what }) => what.startsWith('customresourcedefinitions'));
    expect([row?.state, row?.neededBy]).to.deep.equal(['limited', 'race, capture: kinds of agents']);
  });

  it('names nodes that a run leaves out, and architectures that an image has to serve', () => {
    expect(nodeRows([], ['amd64'])).to.deep.equal([]);
    const rows = nodeRows(['w1: cordoned', 'w2: windows'], ['amd64', 'arm64']);
    expect(rows.map(({ what, state, found }) => [what, state, found])).to.deep.equal([
      ['nodes left out', 'limited', 'w1: cordoned, w2: windows'],
      ['architectures', 'limited', 'amd64, arm64 among the workers'],
    ]);
  });

  it('says per area how many specs would run, and why the others would not', () => {
    const text = forecastText([{ area: 'race', specs: 2, run: 1, skipped: { 'no agent': ['race/x'] } }]);
    expect(text).to.equal('race: 1 of 2 specs would run\n  1 skipped: no agent\n    race/x');
  });
});
