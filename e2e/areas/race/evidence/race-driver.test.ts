/** A program that ends, one that is silent, and one whose socket calls fail: the driver tells them apart. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { KubeApi } from '../../../harness/cluster/cluster.ts';
import { LineStream } from '../../../harness/cluster/line-process.ts';
import { RaceDriver, type SocketErrorCounts } from './race-driver.ts';

async function drive() {
  const program = new LineStream({ name: 'p', write: () => undefined, terminate: () => Promise.resolve() });
  const tell = (line: object): void => program.feed(Buffer.from(`${JSON.stringify(line)}\n`));
  const errors: SocketErrorCounts[] = [];
  tell({ type: 'ready' });
  const api = { spawn: () => Promise.resolve(program) } as unknown as KubeApi;
  const { signal } = new AbortController();
  const pod = { namespace: 'n', name: 'client' };
  const driver = await RaceDriver.start(api, pod, ['race-client'], signal, (each) => errors.push(each));
  return { driver, program, tell, errors };
}

describe('the driver of a race program', () => {
  it('tells one that ended, and why, from one that is silent', async () => {
    const { driver, program, tell } = await drive();
    const silent = await driver.call({ cmd: 'open' }, undefined, 20).catch(String);
    expect(silent).to.match(/open: the program runs and gave no answer for 0.02 s; stderr: $/);
    const waiting = driver.call({ cmd: 'open' }).catch(String);
    tell({ type: 'broken', error: 'Error: kaput' });
    program.ended({ code: 1, reason: 'exit code 1' });
    expect(await waiting).to.match(/open: the program ended with 1: Error: kaput; stderr: $/);
  });

  it('says that an end had no reason', async () => {
    const { driver, program } = await drive();
    const waiting = driver.call({ cmd: 'heard' }).catch(String);
    program.ended({ code: undefined, reason: 'the stream broke' });
    expect(await waiting).to.match(/ended with no code: it did not say why/);
  });

  it('hands on errors of socket calls', async () => {
    const { tell, errors } = await drive();
    tell({ type: 'socket-errors', errors: { 'send ENOBUFS': 3 } });
    expect(errors).to.deep.equal([{ 'send ENOBUFS': 3 }]);
  });
});
