import { expect } from 'chai';
import { describe, it } from 'mocha';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { oneArea } from '../area/testdata/one-area.ts';
import { loadSpecs, SpecLoadError } from './spec-registry.ts';

describe('the list of specs', () => {
  const file = fileURLToPath(new URL('../../engine-tests/fixtures/surrounded.spec.ts', import.meta.url));

  it('is the same when it is asked for again in one process', async () => {
    const [first, second] = [await loadSpecs([file], oneArea), await loadSpecs([file], oneArea)];
    expect(first.map(({ meta }) => meta.id)).to.have.lengthOf(1);
    expect(second).to.deep.equal(first);
  });

  it('has something of each spec file: one that declares none is refused by name', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'staleproof-specs-'));
    writeFileSync(join(folder, 'empty.spec.ts'), 'export {};\n');
    const refused = await loadSpecs([folder], oneArea).catch((error: unknown) => error);
    rmSync(folder, { recursive: true });
    expect(refused).to.be.instanceOf(SpecLoadError);
    expect((refused as Error).message).to.match(/empty\.spec\.ts declares no spec$/);
  });
});
