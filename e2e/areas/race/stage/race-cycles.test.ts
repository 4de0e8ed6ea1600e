import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { LineProcess } from '../../../harness/cluster/cluster.ts';
import { NpaLogFollower } from '../evidence/npa-log-follower.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { InconclusiveError } from '../../../harness/run/verdict-errors.ts';
import { awaitCycles } from './race-passes.ts';
import type { RaceStage } from './race-stage.ts';

const line = (msg: string): string => JSON.stringify({ level: 'info', ts: '2026-01-01T00:00:00Z', msg });
const start = line('Check for any stale entries in the conntrack map');

function scene(entries: number): {
  readonly t: SpecContext;
  readonly stage: RaceStage;
  readonly say: (...lines: string[]) => void;
} {
  let listener: (text: string) => void = () => undefined;
  const process = { onLine: (next: typeof listener) => (listener = next) } as unknown as LineProcess;
  const agent = { node: { name: 'worker' }, mapKeys: () => Promise.resolve(Array.from({ length: entries })) };
  const stage = { log: new NpaLogFollower(process, 'agent'), agent, periodMs: 1000 } as unknown as RaceStage;
  const inconclusive = (reason: string): never => {
    throw new InconclusiveError(reason);
  };
  const t = { signal: new AbortController().signal, inconclusive } as unknown as SpecContext;
  return { t, stage, say: (...lines) => lines.forEach((text) => listener(text)) };
}

describe('cycles of a cleanup', () => {
  it('that never read a map with entries in it decide nothing', async () => {
    const { t, stage, say } = scene(400);
    const cycles = awaitCycles(t, stage, 1);
    say(start, start, start, start);
    const error = await cycles.catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(InconclusiveError);
    expect((error as Error).message)
      .to.contain('read its map in none, though it holds 400 entries')
      .and.to.contain('SYS_ADMIN');
  });

  it('are over by their beginnings where the map is empty', async () => {
    const { t, stage, say } = scene(0);
    const cycles = awaitCycles(t, stage, 1);
    say(start, start, start, start);
    await cycles;
  });

  it('count where the map is read and cleaned', async () => {
    const { t, stage, say } = scene(400);
    const cycles = awaitCycles(t, stage, 1);
    say(start, line('hydrated local conntrack cache'), start, line('Done cleanup of conntrack map'));
    await cycles;
  });
});
