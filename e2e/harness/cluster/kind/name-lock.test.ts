import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { bootId } from '../../run/journal-process.ts';
import { nameOwner, takeName } from './name-lock.ts';

describe('the lock of a cluster name', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'staleproof-lock-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('belongs to one process at a time', () => {
    const giveBack = takeName('x', 'r1', folder);
    expect(takeName('x', 'r2', folder)).to.equal(undefined);
    expect(takeName('y', 'r2', folder)).to.be.a('function');
    expect(nameOwner('x', folder)).to.include({ run: 'r1', pid: process.pid });
    giveBack?.();
    expect(takeName('x', 'r2', folder)).to.be.a('function');
  });

  it('is taken over from a dead owner, also when another process has its pid now', () => {
    const dead = { pid: process.pid, startTime: '1', bootId: bootId(), run: 'dead' };
    writeFileSync(join(folder, 'cluster-x.json'), JSON.stringify(dead));
    expect(nameOwner('x', folder)).to.equal(undefined);
    expect(takeName('x', 'r2', folder)).to.be.a('function');
    expect(nameOwner('x', folder)).to.include({ run: 'r2' });
  });
});
