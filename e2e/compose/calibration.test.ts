import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Cluster } from '../harness/cluster/cluster.ts';
import { calibrate, runSlowFactor, slowFactorOf } from './calibration.ts';

const calm = { contention: 1, cpuMs: 50 };

describe('the factor of every wait', () => {
  it('is 1 on a calm machine, however fast', () => {
    expect(slowFactorOf(calm)).to.equal(1);
    expect(slowFactorOf({ ...calm, cpuMs: 1, apiMs: 20 })).to.equal(1);
    expect(slowFactorOf({ contention: 0.9, cpuMs: 100, apiMs: 25 })).to.equal(1);
  });

  it('grows with who else wants the cores, with slow cores, and with slow answers', () => {
    expect(slowFactorOf({ ...calm, contention: 2 })).to.equal(2);
    expect(slowFactorOf({ ...calm, cpuMs: 300 })).to.equal(3);
    expect(slowFactorOf({ contention: 2, cpuMs: 150 })).to.equal(3);
    expect(slowFactorOf({ ...calm, apiMs: 225 })).to.equal(3);
    expect(slowFactorOf({ contention: 50, cpuMs: 150, apiMs: 9000 })).to.equal(10);
  });

  it('is measured: a cluster that answers late is seen', async () => {
    const raw = (): Promise<unknown> => new Promise((resolve) => setTimeout(() => resolve({}), 120));
    const measured = await calibrate({ api: { raw } } as unknown as Cluster);
    expect(measured.apiMs).to.be.within(115, 400);
    expect(measured.contention).to.be.at.least(0.9);
    expect(measured.cpuMs).to.be.within(1, 5_000);
    expect(slowFactorOf(measured)).to.be.at.least(1.9);
  });

  it('is what was told, without measuring; measured, it is noted, and said aloud when bounds get wider', async () => {
    const notes: string[] = [];
    const lines: string[] = [];
    const request = {
      note: (level: string, text: string) => void notes.push(`${level}: ${text}`),
      log: (line: string) => void lines.push(line),
      signal: new AbortController().signal,
    };
    expect(await runSlowFactor(3, request)).to.equal(3);
    expect(notes).to.deep.equal([]);
    const raw = (): Promise<unknown> => new Promise((resolve) => setTimeout(() => resolve({}), 150));
    const factor = await runSlowFactor(undefined, request, { api: { raw } } as unknown as Cluster);
    expect(factor).to.be.at.least(2);
    expect(notes[0]).to.match(/^info: every wait × \d.*API answers in 1\d\d ms/);
    expect(lines[0]).to.include('--slow-factor sets it');
  });
});
