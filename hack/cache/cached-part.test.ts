import { expect } from 'chai';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createSteps } from '../process/steps.ts';
import { type Part, NotBuiltError, ensurePart, isBuilt, partFolder, rememberDuration } from './cached-part.ts';

describe('cached part', () => {
  const before = process.env['XDG_CACHE_HOME'];
  const steps = createSteps(() => undefined, { write: () => true });
  let builds = 0;
  const part = (inputs: string, make?: Part['make']): Part => ({
    kind: 'thing',
    inputs,
    expectedMs: 1,
    make:
      make ??
      (async (folder) => {
        builds++;
        await delay(20);
        writeFileSync(join(folder, 'thing'), inputs);
      }),
  });

  beforeEach(() => {
    builds = 0;
    process.env['XDG_CACHE_HOME'] = mkdtempSync(join(tmpdir(), 'staleproof-cache-'));
  });

  afterEach(() => {
    rmSync(process.env['XDG_CACHE_HOME'] ?? '', { recursive: true });
    if (before === undefined) delete process.env['XDG_CACHE_HOME'];
    else process.env['XDG_CACHE_HOME'] = before;
  });

  it('is built once for equal inputs, also by two at a time', async () => {
    const [one, two] = await Promise.all([ensurePart(part('a'), { steps }), ensurePart(part('a'), { steps })]);
    expect([one.folder, builds]).to.deep.equal([two.folder, 1]);
    expect(readFileSync(join(one.folder, 'thing'), 'utf8')).to.equal('a');
    await ensurePart(part('b'), { steps });
    expect(builds).to.equal(2);
  });

  it('is only looked for when told so, and tells how long it took last time here', async () => {
    const look = (inputs: string) =>
      ensurePart({ ...part(inputs), expectedMs: 77 }, { steps, onlyIfBuilt: true }).catch((reason: unknown) => reason);
    expect(await look('a'))
      .to.be.instanceOf(NotBuiltError)
      .with.property('expectedMs', 77);
    await ensurePart(part('a'), { steps });
    expect(await look('a')).to.deep.equal(partFolder(part('a')));
    await rememberDuration('thing', 1234.4);
    expect(await look('b')).to.have.property('expectedMs', 1234);
    expect(builds).to.equal(1);
  });

  it('leaves nothing behind when making it fails', async () => {
    const failing = part('c', () => Promise.reject(new Error('compiler said no')));
    const error = await ensurePart(failing, { steps }).catch((reason: unknown) => reason);
    expect(String(error)).to.include('compiler said no');
    expect(isBuilt(failing)).to.equal(false);
    expect(readdirSync(join(partFolder(failing).folder, '..'))).to.deep.equal([]);
  });

  it('takes over the lock of a process that died', async () => {
    await ensurePart(part('a'), { steps });
    const lock = `${partFolder(part('d')).folder}.lock`;
    writeFileSync(lock, '4194999');
    await ensurePart(part('d'), { steps });
    expect(existsSync(lock)).to.equal(false);
    expect(builds).to.equal(2);
  });
});
