import { expect } from 'chai';
import { describe, it } from 'mocha';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findDefect, knownDefectsFile, loadKnownDefects, type LooseDefect } from './known-defects.ts';

const row: LooseDefect = {
  id: 'X-1',
  subject: 'kpng-*',
  family: 'ipv4',
  spec: 'udp/a',
  reason: 'rows are kept',
  link: 'https://example.org/1',
  since: '0.1',
};

async function load(text: string): Promise<readonly LooseDefect[]> {
  const folder = await mkdtemp(join(tmpdir(), 'staleproof-defects-'));
  try {
    await writeFile(join(folder, 't.yaml'), text);
    return await loadKnownDefects(join(folder, 't.yaml'));
  } finally {
    await rm(folder, { recursive: true });
  }
}
const message = async (text: string): Promise<string> =>
  load(text).then(
    () => 'accepted',
    (error: unknown) => (error as Error).message,
  );

describe('known defects', function () {
  this.timeout(20_000);
  it("the suite's own table is well-formed", async () => {
    expect(await loadKnownDefects()).to.be.an('array');
    expect(await readFile(knownDefectsFile, 'utf8')).to.match(/^#/);
  });

  it('match by subject, family and spec', () => {
    const at = { subjects: ['kpng-nft'], family: 'ipv4', spec: 'udp/a' };
    expect(findDefect([row], at)).to.equal(row);
    expect(findDefect([row], { ...at, subjects: ['kube-proxy-nftables'] })).to.equal(undefined);
    expect(findDefect([row], { ...at, subjects: ['not-kpng-nft'] })).to.equal(undefined);
    expect(findDefect([row], { ...at, family: 'ipv6' })).to.equal(undefined);
    expect(findDefect([{ ...row, family: 'any' }], { ...at, family: 'ipv6' })).to.not.equal(undefined);
    expect(findDefect([{ ...row, except: '*+mended' }], { ...at, subjects: ['kpng-nft+mended'] })).to.equal(undefined);
    expect(findDefect([{ ...row, except: '*+mended' }], at)).to.not.equal(undefined);
    expect(findDefect([row], { ...at, spec: 'udp/ab' })).to.equal(undefined);
    expect(findDefect([{ ...row, subject: 'a.b' }], { ...at, subjects: ['axb'] })).to.equal(undefined);
  });

  it('are one entry a spec where a row lists several', async () => {
    const found = await load(JSON.stringify([{ ...row, spec: ['udp/a', 'udp/b'] }]));
    expect(found).to.deep.equal([row, { ...row, spec: 'udp/b' }]);
  });

  it('need every column, and a link', async () => {
    const text = (changes: Partial<Record<keyof LooseDefect, string>>) => JSON.stringify([{ ...row, ...changes }]);
    expect(await load(text({}))).to.deep.equal([row]);
    expect(await load('')).to.deep.equal([]);
    expect(await message(text({ link: 'a mail' }))).to.match(/t\.yaml: row 1, link: /);
    expect(await message(text({ family: 'both' }))).to.match(/row 1, family: /);
    expect(await message(text({ reason: ' ' }))).to.match(/row 1, reason: /);
    expect(await message(text({ spec: 'a' }))).to.match(/row 1, spec: expected <area>\/<claim>/);
    expect(await message(JSON.stringify([row, row]))).to.match(/id X-1 is used twice/);
  });
});
