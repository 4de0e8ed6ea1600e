import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { NotBuiltError, type PartOptions } from '../cache/cached-part.ts';
import { createSteps } from '../process/steps.ts';
import { missingParts, type PartMaker } from './maker.ts';

describe('parts that are missing', () => {
  const before = process.env['XDG_CACHE_HOME'];
  const steps = createSteps(() => undefined, { write: () => true });
  const made: string[] = [];
  const maker = (name: string, after: readonly string[] = [], stands = false): PartMaker => ({
    name,
    after,
    lane: 'core',
    expectedMs: 7,
    make({ onlyIfBuilt, inBackground }: PartOptions) {
      if (stands) return Promise.resolve();
      if (onlyIfBuilt === true) return Promise.reject(new NotBuiltError(name, 500));
      made.push(`${name}${inBackground === true ? ' in the background' : ''}`);
      return Promise.resolve();
    },
  });

  beforeEach(() => {
    made.length = 0;
    process.env['XDG_CACHE_HOME'] = mkdtempSync(join(tmpdir(), 'staleproof-cache-'));
  });

  afterEach(() => {
    rmSync(process.env['XDG_CACHE_HOME'] ?? '', { recursive: true });
    if (before === undefined) delete process.env['XDG_CACHE_HOME'];
    else process.env['XDG_CACHE_HOME'] = before;
  });

  it('are those before a goal, down to what stands', async () => {
    const makers = [
      maker('kubernetes'),
      maker('root'),
      maker('node-image', ['kubernetes', 'root', 'machine']),
      maker('fixtures-root'),
      maker('fixtures-image', ['fixtures-root'], true),
      maker('nobody asked'),
    ];
    const { parts, there } = await missingParts(makers, [{ after: ['node-image', 'fixtures-image'] }], { steps });
    expect(parts.map(({ name, after }) => [name, ...after])).to.deep.equal([
      ['node-image', 'kubernetes', 'root'],
      ['kubernetes'],
      ['root'],
    ]);
    expect(there).to.deep.equal(['fixtures-image']);
    expect(parts.map(({ expectedMs }) => expectedMs)).to.deep.equal([500, 500, 500]);
  });

  it('are as urgent as the first goal that waits for them, and compiled in the background when nobody waits yet', async () => {
    const makers = [maker('kubernetes'), maker('agent', ['compiler']), maker('compiler')];
    const goals = [{ after: ['kubernetes'] }, { after: ['agent', 'kubernetes'] }];
    const { parts } = await missingParts(makers, goals, { steps });
    expect(parts.map(({ name, need }) => [name, need])).to.deep.equal([
      ['kubernetes', 0],
      ['agent', 1],
      ['compiler', 1],
    ]);
    for (const part of parts) await part.make();
    expect(made).to.deep.equal(['kubernetes', 'agent in the background', 'compiler in the background']);
  });

  it('are expected to take as long as last time on this machine', async () => {
    const first = await missingParts([maker('npa@1.4.3+x')], [{ after: ['npa@1.4.3+x'] }], { steps });
    await first.parts[0]?.make();
    const again = await missingParts([maker('npa@1.4.3+x')], [{ after: ['npa@1.4.3+x'] }], { steps });
    expect(again.parts[0]?.expectedMs).to.be.below(500);
  });
});
