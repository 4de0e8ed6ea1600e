import { createServer, connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { ResultLine, Verdict } from '../harness/run/result-schema.ts';
import { readJsonLines, writeJsonLines } from '../report/json-lines.ts';
import { recordOfLines } from '../report/run-record.ts';
import { type FlakeSample, samplesOf } from './flake-samples.ts';
import { flakeMarkdown, wrongVerdicts } from './flake-table.ts';
import { startHogs } from './hogs.ts';
import { openSlowLink } from './slow-link.ts';

const sample = (verdict: Verdict, repetition = 1): FlakeSample => ({
  ...{ run: 'r1', load: 'hogs', slowFactor: '3', spec: 'udp/a', reason: 'no row' },
  ...{ verdict, repetition },
});
const facts = (knownBad: boolean, ...verdicts: readonly Verdict[]) => ({
  ...{ name: 'proxy', knownBad },
  samples: verdicts.map((verdict, index) => sample(verdict, index + 1)),
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
    expect(text).to.include('3 repeats of 1 specs on a loaded machine, in 1 run\n(hogs; waits × 3).');
    expect(text).to.include('**1 wrong verdicts** in 3 attempts; 1 inconclusive');
    expect(text).to.include('| udp/a | 1 | 1 | 1 |');
    expect(text).to.include('- udp/a, r1 repeat 2: inconclusive: no row');
    expect(text).to.include('- udp/a, r1 repeat 3: fail: no row');
  });

  it('says what a failure observed, and why an attempt was not judged', () => {
    const said = (verdict: Verdict): string | undefined => {
      const line = { type: 'attempt', final: true, spec: { id: 'udp/a' }, repetition: 1, verdict };
      const lines = [{ ...line, reason: 'no row', failure: { message: 'stale' } }] as unknown as readonly ResultLine[];
      return samplesOf(recordOfLines(lines), 'hogs')[0]?.reason;
    };
    expect(said('fail')).to.equal('stale');
    expect(said('inconclusive')).to.equal('no row');
  });

  it('adds the attempts of a later run to those of a former', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'staleproof-flake-test-'));
    const file = join(folder, 'deeper', 'proxy.jsonl');
    try {
      expect(await readJsonLines(file)).to.deep.equal([]);
      const lines = [
        { type: 'run-start', run: 'r2', facts: { slowFactor: '2' }, subjects: [] },
        { type: 'attempt', final: false, spec: { id: 'udp/a' }, repetition: 1, verdict: 'fail' },
        { type: 'attempt', final: true, spec: { id: 'udp/a' }, repetition: 1, verdict: 'pass' },
      ] as unknown as readonly ResultLine[];
      const later = samplesOf(recordOfLines(lines), 'disk hog');
      await writeJsonLines(file, [sample('pass'), ...later]);
      const samples = await readJsonLines<FlakeSample>(file);
      expect(samples).to.deep.equal([sample('pass'), ...later]);
      const text = flakeMarkdown({ name: 'proxy', knownBad: false, samples });
      expect(text).to.include('2 repeats of 1 specs on a loaded machine, in 2 runs');
      expect(text).to.include('(disk hog; waits × 2 | hogs; waits × 3)');
    } finally {
      await rm(folder, { recursive: true });
    }
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
