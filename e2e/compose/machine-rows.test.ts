import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { allChecks } from '../../hack/doctor/checks.ts';
import { areas } from '../areas/index.ts';

describe('what areas need of this machine', () => {
  it('is said by the areas, each time of a row that doctor has', () => {
    const rows = allChecks().map(({ what }) => what);
    expect(rows).to.include.members(Object.keys(areas.machine));
    expect(areas.machine['kernel: bpf']).to.deep.equal(['race: the network policy agent']);
    for (const file of ['checks.ts', 'kernel-features.ts']) {
      const text = readFileSync(new URL(`../../hack/doctor/${file}`, import.meta.url), 'utf8');
      for (const name of areas.names) expect(text, file).not.to.match(new RegExp(`'[^']*\\b${name}\\b[:,)]`));
    }
  });
});
