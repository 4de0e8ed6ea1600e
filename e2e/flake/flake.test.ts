import { createServer, connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { AttemptLine, Verdict } from '../harness/run/result-schema.ts';
import { flakeMarkdown, wrongVerdicts } from './flake-table.ts';
import { startHogs } from './hogs.ts';
import { openSlowLink } from './slow-link.ts';

const attempt = (verdict: Verdict, repetition = 1): AttemptLine =>
  ({ spec: { id: 'udp/a' }, verdict, repetition, reason: 'no row', failure: { message: 'stale' } }) as AttemptLine;
const facts = (knownBad: boolean, ...verdicts: readonly Verdict[]) => ({
  ...{ name: 'proxy', load: 'hogs', slowFactor: '3', knownBad },
  attempts: verdicts.map((verdict, index) => attempt(verdict, index + 1)),
});

describe('the flake rate', () => {
  it('counts an accusation of a good subject, and an acquittal of a bad one', () => {
    const all = ['pass', 'fail', 'inconclusive', 'expected-fail', 'infrastructure-error', 'skip', 'flaky'] as const;
    expect(wrongVerdicts(facts(false, ...all)).map(({ verdict }) => verdict)).to.deep.equal(['fail', 'flaky']);
    expect(wrongVerdicts(facts(true, ...all)).map(({ verdict }) => verdict)).to.deep.equal([
      'pass',
      'expected-fail',
      'flaky',
    ]);
  });

  it('stands in a table with the reason of each that was not judged', () => {
    const text = flakeMarkdown(facts(false, 'pass', 'inconclusive', 'fail'));
    expect(text).to.include('3 repeats of 1 specs on a loaded machine (hogs; waits × 3)');
    expect(text).to.include('**1 wrong verdicts** in 3 attempts; 1 inconclusive');
    expect(text).to.include('| udp/a | 1 | 1 | 1 |');
    expect(text).to.include('- udp/a, repeat 2: no row').and.include('- udp/a, repeat 3: fail: stale');
  });
});

describe('a loaded machine', () => {
  it('answers late and passes everything on, in order', async () => {
    const echo = createServer((socket) => socket.pipe(socket));
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    const link = await openSlowLink({ host: '127.0.0.1', port: (echo.address() as AddressInfo).port }, 60);
    const socket = connect(link.port, '127.0.0.1');
    await once(socket, 'connect');
    const started = performance.now();
    socket.write('a');
    await delay(5);
    socket.write('b');
    let heard = '';
    while (heard.length < 2) heard += String((await once(socket, 'data'))[0]);
    expect(heard).to.equal('ab');
    expect(performance.now() - started).to.be.within(115, 2_000);
    socket.destroy();
    await link.close();
    echo.close();
  });

  it('is calm again when the hogs are stopped', async () => {
    const ours = (): readonly string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('staleproof-hog-'));
    const before = ours();
    const hogs = startHogs(1);
    await delay(300);
    expect(ours().length).to.equal(before.length + 1);
    hogs.stop();
    expect(ours()).to.deep.equal(before);
    expect(existsSync(tmpdir())).to.equal(true);
  });
});
