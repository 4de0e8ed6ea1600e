import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { compatOf, readCompat, type CompatDefect, type CompatMeasurement } from './compat-schema.ts';

const measurement: CompatMeasurement = {
  product: 'kube-proxy',
  version: '1.31.0',
  mode: 'iptables',
  ipFamily: 'ipv4',
  area: 'udp',
  spec: 'udp/clusterip-server-cycles',
  claim: 'The flow MUST follow.',
  verdict: 'pass',
  kubernetes: '1.36.3',
  kernel: '6.18',
  commit: 'abc1234',
  dirty: false,
  date: '2026-11-30',
  repeat: 'npm run e2e',
};
const defect: CompatDefect = {
  id: 'a-defect',
  product: 'kube-proxy',
  title: 'rows stay',
  affected: '<1.34.0',
  fixed: null,
  trigger: 'a port changes',
  avoid: 'do not',
  refs: ['https://github.com/kubernetes/kubernetes/pull/130542'],
  specs: ['udp/target-port-change'],
};

describe('compat.json', () => {
  let folder = '';
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'staleproof-compat-'))));
  after(() => rm(folder, { recursive: true }));

  it('is read as it was written', async () => {
    const written = { schema: 1 as const, measurements: [measurement], defects: [defect] };
    const file = join(folder, 'compat.json');
    await writeFile(file, JSON.stringify(written));
    expect(await readCompat(file)).to.deep.equal(written);
  });

  it('is refused with the field that is not as described', async () => {
    const refusal = (change: object): string => {
      try {
        compatOf({ schema: 1, measurements: [measurement], defects: [defect], ...change }, 'here');
        return 'accepted';
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(refusal({ schema: 2 })).to.match(/^here: schema: /);
    expect(refusal({ measurements: [{ ...measurement, verdict: 'fine' }] })).to.match(
      /^here: measurements\.0\.verdict: /,
    );
    expect(refusal({ measurements: [{ ...measurement, version: '' }] })).to.match(/measurements\.0\.version/);
    expect(refusal({ defects: [{ ...defect, fixed: undefined }] })).to.match(/defects\.0\.fixed/);
    const file = join(folder, 'broken.json');
    await writeFile(file, '{');
    const told = await readCompat(file).catch((error: unknown) => (error as Error).message);
    expect(told).to.match(/broken\.json: no JSON/);
  });
});
