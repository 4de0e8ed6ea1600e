import { expect } from 'chai';
import { describe, it } from 'mocha';
import { setImmediate as turn } from 'node:timers/promises';
import { replayThroughMocha } from './mocha-bridge.ts';
import { planOf, type Outcome } from './session.ts';
import type { RegisteredSpec } from './spec.ts';

const specOf = (name: string): RegisteredSpec => ({
  meta: { id: `udp/${name}`, title: name, claim: 'It MUST.', tags: ['udp'], timeout: 1, refs: [], judges: 'none' },
  body: () => Promise.resolve(),
  file: '/x.spec.ts',
});

describe('the bridge to mocha', function () {
  this.timeout(20_000);

  it('takes stray errors away from mocha, which would blame the test whose turn it is, and tells outcomes as they come', async () => {
    const events = ['uncaughtException', 'unhandledRejection'] as const;
    const emitter: NodeJS.EventEmitter = process;
    const before = new Set(events.flatMap((event) => emitter.listeners(event)));
    const plan = planOf([specOf('a'), specOf('b')], 1);
    const settle: ((outcome: Outcome) => void)[] = [];
    const outcomes = new Map(plan.map(({ id }) => [id, new Promise<Outcome>((resolve) => settle.push(resolve))]));
    const seen: string[] = [];
    const replayed = replayThroughMocha({
      plan,
      outcomes,
      onOutcome: (item, outcome) => void seen.push(`${item.id} ${outcome?.verdict ?? 'not run'}`),
    });
    while (events.some((event) => emitter.listeners(event).every((listener) => before.has(listener)))) await turn();
    for (const event of events)
      for (const listener of emitter.listeners(event))
        if (!before.has(listener)) Reflect.apply(listener, process, [new Error('of another spec'), Promise.resolve()]);
    settle[1]?.(undefined);
    await turn();
    expect(seen, 'b does not wait for a').to.deep.equal(['udp/b#1 not run']);
    settle[0]?.({ verdict: 'fail', startedAt: 0, endedAt: 5 } as Outcome);
    await replayed;
    expect(seen).to.deep.equal(['udp/b#1 not run', 'udp/a#1 fail']);
    expect(outcomes.size, 'outcomes are let go').to.equal(0);
  });
});
