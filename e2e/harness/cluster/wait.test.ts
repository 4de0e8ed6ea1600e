import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { pollUntil, pollWithin } from './wait.ts';

const never = (): Promise<undefined> => Promise.resolve(undefined);
const options = { timeoutMs: 30, intervalMs: 5 };

async function reasonOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no error',
    (error: unknown) => String(error),
  );
}

describe('polling', () => {
  it('returns the first value', async () => {
    let tries = 0;
    const probe = (): Promise<string | undefined> => Promise.resolve(++tries < 3 ? undefined : 'there');
    expect(await pollUntil(probe, { ...options, timeoutMs: 5000, what: 'x' })).to.equal('there');
    expect(tries).to.equal(3);
    expect(await pollWithin(probe, options)).to.equal('there');
  });

  it('names what was waited for, for how long, how often, and what was there instead', async () => {
    const lastState = (): string => '2 of 3';
    const reason = await reasonOf(pollUntil(never, { ...options, what: 'three rows', lastState }));
    expect(reason).to.match(/three rows: not so after 0\.\d s \(\d+ tries\); last seen: 2 of 3$/);
  });

  it('has nothing to say at the deadline where nothing may rightly come', async () => {
    expect(await pollWithin(never, options)).to.equal(undefined);
  });

  it('ends with the error of a probe, and with the reason of a signal', async () => {
    const broken = (): Promise<never> => Promise.reject(new Error('unreadable'));
    const stop = new AbortController();
    stop.abort(new Error('interrupted'));
    for (const poll of [pollUntil, pollWithin]) {
      expect(await reasonOf(poll(broken, { ...options, what: 'x' }))).to.contain('unreadable');
      expect(await reasonOf(poll(never, { ...options, what: 'x', signal: stop.signal }))).to.contain('interrupted');
    }
  });

  it('takes a probe that the deadline cut off for the end of the wait', async () => {
    const cut = (signal: AbortSignal): Promise<undefined> =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('cut off'))));
    expect(await pollWithin(cut, options)).to.equal(undefined);
    expect(await reasonOf(pollUntil(cut, { ...options, what: 'an answer' }))).to.contain('an answer: not so');
  });

  // https://github.com/nodejs/node/issues/57736: a timeout that only AbortSignal.any() knows is collected and never fires.
  it('keeps its deadline when garbage is collected', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const probe = (): Promise<undefined> => Promise.resolve().then(collect).then(never);
    const parent = new AbortController();
    const polled = pollWithin(probe, { timeoutMs: 300, signal: parent.signal, intervalMs: 20 });
    const late = new Promise((resolve) => setTimeout(resolve, 3000, 'late').unref());
    const first = await Promise.race([polled, late]);
    parent.abort(new Error('over'));
    await polled.catch(() => undefined);
    expect(first).to.equal(undefined);
  });
});
