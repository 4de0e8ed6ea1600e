import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { describe, it } from 'mocha';
import { benchNames } from '../bench/bench-files.ts';

describe('help of bench', () => {
  it('names every benchmark that there is', async () => {
    const entry = fileURLToPath(new URL('bench.ts', import.meta.url));
    const { stdout } = await execa(process.execPath, ['--import', 'tsx', entry, '--help']);
    expect([...stdout.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name]) => name)).to.have.same.members(await benchNames());
  });
});
