import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Check, Row } from './check.ts';
import { diagnose, missingRows } from './diagnose.ts';
import { kernelFeatures, missingTool, parseProbes, probeScript } from './kernel-features.ts';
import { doctorTable, verdictLine } from './table.ts';

const row: Row = { what: 'kind', state: 'missing', found: 'not 0.33.0', neededBy: 'clusters', remedy: 'go install x' };

describe('doctor', () => {
  it('prints a line a row, the remedy only where something is to be done', () => {
    const table = doctorTable([{ ...row, what: 'Node.js', state: 'ok', found: '20.20.2', remedy: '' }, row]);
    expect(table.split('\n').slice(1)).to.deep.equal([
      '✓  Node.js  20.20.2     clusters',
      '✗  kind     not 0.33.0  clusters   go install x',
    ]);
  });

  it('says ready when what is missing only costs specs', () => {
    expect(verdictLine([{ ...row, state: 'limited' }])).to.match(/^ready; 1 limited/);
    expect(verdictLine([row])).to.equal('1 missing');
  });

  it('turns a probe that throws into a row', async () => {
    const check: Check = {
      what: 'thing',
      neededBy: 'test',
      remedy: 'fix it',
      applies: () => true,
      probe: () => Promise.reject(new Error('boom\nstack')),
    };
    const rows = await diagnose({ nodeImage: 'given', guard: true }, [check, { ...check, applies: () => false }]);
    expect(missingRows(rows)).to.deep.equal([
      { what: 'thing', state: 'missing', found: 'probe failed: boom', neededBy: 'test', remedy: 'fix it' },
    ]);
  });

  it('lets a probe name its own repair: a missing tool says nothing of the kernel', async () => {
    const found = {
      state: 'missing',
      found: 'no nft command',
      remedy: 'install it',
      repair: 'network-packages',
    } as const;
    const check = { what: 'kernel: nft', neededBy: 'udp', remedy: 'another kernel', applies: () => true };
    const rows = await diagnose({ nodeImage: 'given', guard: true }, [
      { ...check, probe: () => Promise.resolve(found) },
    ]);
    expect(rows).to.deep.equal([{ what: 'kernel: nft', neededBy: 'udp', ...found }]);
  });

  it('reads the kernel probes, and names each feature once', () => {
    const missing = parseProbes('probed nft ok\nprobed ipvs no \nprobed netem no Error: unknown qdisc \n');
    expect(Object.keys(missing)).to.deep.equal(['ipvs', 'netem']);
    expect(missing['netem']).to.match(/^Error: unknown qdisc \(kernel /);
    expect(missingTool('sh: 2: nft: not found (kernel 6.1)')).to.equal('nft');
    expect(missingTool('bash: line 1: tc: command not found')).to.equal('tc');
    expect(missingTool('Error: Specified qdisc kind is unknown.')).to.equal(undefined);
    for (const { name } of kernelFeatures) expect(probeScript(kernelFeatures)).to.include(`probed ${name} ok`);
  });

  it('says what each area needs a row for, beside what the suite does', async () => {
    const check: Check = {
      what: 'thing',
      remedy: '',
      applies: () => true,
      probe: () => Promise.resolve({ state: 'ok', found: '' }),
    };
    const uses = { thing: ['dns: names', 'race: flows'] };
    const rows = await diagnose({ nodeImage: 'given', guard: true, uses }, [
      check,
      { ...check, neededBy: 'images' },
      { ...check, what: 'other' },
    ]);
    expect(rows.map(({ neededBy }) => neededBy)).to.deep.equal([
      'dns: names; race: flows',
      'images; dns: names; race: flows',
      'none by itself',
    ]);
  });
});
