import { expect } from 'chai';
import { describe, it } from 'mocha';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDefectTables } from './defect-table.ts';

const cell = {
  spec: 'udp/scale-to-zero-one-way',
  signature: { judgement: 'row-removed', outcome: 'row-stays', facts: { backend: 'deleted' } },
};
const row = {
  id: 'proxy-scale-to-zero',
  product: 'kube-proxy',
  versions: '>=1.33.13 <1.37.2',
  measured: { bad: ['1.33.13', '1.36.3'], good: ['1.32.2', '1.37.2'] },
  fixed: '1.37.2',
  families: ['ipv4', 'dual'],
  cells: [cell],
  reason: 'rows stay',
  link: 'https://github.com/kubernetes/kubernetes/issues/139628',
};

async function load(...texts: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'staleproof-defects-'));
  try {
    const files = texts.map((_, index) => join(folder, `${index}.yaml`));
    await Promise.all(files.map((file, index) => writeFile(file, texts[index] ?? '')));
    return await loadDefectTables(files);
  } finally {
    await rm(folder, { recursive: true });
  }
}
const refusal = (...rows: readonly unknown[]): Promise<string> =>
  load(JSON.stringify(rows)).then(
    () => 'accepted',
    (error: unknown) => (error as Error).message,
  );

describe('a table of known defects', () => {
  it('is read with its defaults, several files as one', async () => {
    const [found, other] = await load(JSON.stringify([row]), JSON.stringify([{ ...row, id: 'other' }]));
    expect(found).to.deep.equal({ ...row, modes: [], variants: [] });
    expect(other?.id).to.equal('other');
    expect(await load('')).to.deep.equal([]);
    expect(await loadDefectTables([])).to.deep.equal([]);
  });

  it('needs a signature with an outcome and a fact, and no wildcard in it', async () => {
    const signed = (changes: object) => ({
      ...row,
      cells: [{ ...cell, signature: { ...cell.signature, ...changes } }],
    });
    expect(await refusal(signed({ facts: {} }))).to.match(
      /row 1, cells\.0\.signature\.facts: expected at least one fact/,
    );
    expect(await refusal(signed({ outcome: '*' }))).to.match(/signature\.outcome: expected a kebab-case word without/);
    expect(await refusal(signed({ judgement: 'row-*' }))).to.match(/signature\.judgement: expected a kebab-case word/);
    expect(await refusal(signed({ facts: { backend: '.*' } }))).to.match(/facts\.backend: expected a kebab-case word/);
    expect(await refusal(signed({ measures: { 'share-lost': 'most' } }))).to.match(/expected a comparison such as/);
    expect(await refusal(signed({ measures: { 'share-lost': '>=0.99' } }))).to.equal('accepted');
    expect(await refusal({ ...row, cells: [{ spec: cell.spec }] })).to.match(/cells\.0\.signature: /);
    expect(await refusal({ ...row, cells: [] })).to.match(/row 1, cells: /);
  });

  it('holds in its range what is measured as bad, and nothing that is measured as good', async () => {
    expect(await refusal({ ...row, measured: { bad: ['1.32.2'] } })).to.match(
      /proxy-scale-to-zero: measured as bad with 1\.32\.2, which range >=1\.33\.13 <1\.37\.2 does not hold/,
    );
    expect(await refusal({ ...row, measured: { bad: ['1.36.3'], good: ['1.35.4'] } })).to.match(
      /measured as good with 1\.35\.4, which range .* holds/,
    );
    expect(await refusal({ ...row, measured: { bad: [] } })).to.match(/row 1, measured\.bad: /);
  });

  it('takes the commit of a product that has no versions', async () => {
    expect(await refusal({ ...row, versions: 'edb81cd6', measured: { bad: ['edb81cd6'] } })).to.equal('accepted');
  });

  it('names an id that is used twice, a family that is none, a link that is none', async () => {
    expect(await refusal(row, row)).to.match(/id proxy-scale-to-zero is used twice/);
    expect(await refusal({ ...row, families: ['any'] })).to.match(/row 1, families\.0: /);
    expect(await refusal({ ...row, link: 'a mail' })).to.match(/row 1, link: /);
    expect(await refusal({ ...row, since: '1.32' })).to.match(/row 1/);
  });
});
