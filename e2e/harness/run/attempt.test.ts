import { expect } from 'chai';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { after, before, describe, it } from 'mocha';
import { AttemptState } from './attempt-state.ts';
import { runAttempt } from './attempt.ts';
import { RunClock } from './clock.ts';
import type { SpecContext } from './context.ts';
import type { Environment } from './environment.ts';
import type { AttemptLine } from './result-schema.ts';

const info = { id: 'race/x', area: 'race', title: '', claim: '', tags: [], core: false, file: '', refs: [] };

describe('the deadline of a body', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'staleproof-attempt-'));
  });
  after(() => rm(folder, { recursive: true }));

  function attempt(body: (t: SpecContext) => Promise<void>, fixedTimeout: boolean): Promise<AttemptLine> {
    return runAttempt({
      spec: {
        meta: { ...info, id: 'race/x', area: 'race', timeout: 1, judges: 'none', claim: '' } as never,
        body,
        file: '',
      },
      state: new AttemptState(info, 1, 1),
      clock: new RunClock(),
      env: { slowFactor: 1 } as Environment,
      run: '20260101-000000-abcd',
      folder,
      iterations: undefined,
      onLog: () => undefined,
      onStep: () => undefined,
      budgets: { timeoutMs: 50, fixedTimeout, graceMs: 20, cleanupMs: 100, collectorMs: 100 },
      subjects: [],
      interrupted: new AbortController().signal,
      collectors: () => [],
    });
  }
  const slow = async (t: SpecContext): Promise<void> => {
    t.moreTime(5000, 'a long period');
    await delay(120, undefined, { signal: t.signal });
  };

  it('moves when the body learns that it needs more time', async () => {
    expect((await attempt(slow, false)).verdict).to.equal('pass');
  });

  it('stays where the user has set it', async () => {
    const line = await attempt(slow, true);
    expect(line.verdict).to.equal('inconclusive');
    expect(line.reason).to.contain('the deadline of 50 ms passed');
  });
});
